using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorBalancer.Strategies;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Demo;

public sealed partial class DemoTests(ITestOutputHelper output)
{
    private const int Children = 4;

    [Fact]
    public async Task Demo_runs_every_strategy_kills_a_worker_and_gets_every_result_right()
    {
        // Settings of other nodes, which the demo's own must not take over.
        await using CommandRun demo = CommandRun.Start(
            [new("ACTORBALANCER__SEEDS__0", "127.0.0.1:1"), new("ACTORBALANCER__WORKER__SLOTS", "many"), new("ACTORBALANCER__STORE", "none")],
            "demo", "--jobs", "100");
        int exit = await demo.ExitAsync();
        string[] lines = await Lines(demo);

        Match last = LastLine().Match(lines[^1]);
        Assert.True(last.Success, $"the last line is '{lines[^1]}'");
        Assert.Equal("demo: 6 strategies, 600 jobs, 600 right, 0 wrong, 0 lost", last.Groups[1].Value);
        Assert.True(int.Parse(last.Groups[2].Value, CultureInfo.InvariantCulture) >= 1, lines[^1]);
        Assert.All(StrategyCatalog.Ids, id => Assert.Contains(lines, l => l.StartsWith(id + " (", StringComparison.Ordinal)));
        Assert.Contains(lines, l => l.Contains('~'));
        Assert.Equal(0, exit);
        Assert.DoesNotContain('\u001b', string.Concat(lines));
    }

    [Fact]
    public async Task Demo_as_json_is_one_document_whose_figures_add_up()
    {
        await using CommandRun demo = CommandRun.Start("demo", "--jobs", "100", "--json");
        int exit = await demo.ExitAsync();
        output.WriteLine(await demo.Error);
        using JsonDocument document = JsonDocument.Parse(await demo.Output);
        output.WriteLine(document.RootElement.GetRawText());

        JsonElement[] strategies = [.. document.RootElement.GetProperty("strategies").EnumerateArray()];
        Assert.Equal(StrategyCatalog.Ids, strategies.Select(s => s.GetProperty("id").GetString()));
        foreach (JsonElement strategy in strategies)
        {
            Assert.Equal(100, strategy.GetProperty("jobs").GetInt32());
            Assert.Equal(100, strategy.GetProperty("right").GetInt32());
            Assert.Equal(0, strategy.GetProperty("wrong").GetInt32() + strategy.GetProperty("lost").GetInt32());
            Assert.True(strategy.GetProperty("drain_s").GetDouble() > 0);
            Assert.InRange(strategy.GetProperty("p50_ms").GetDouble(), 0.1, strategy.GetProperty("p99_ms").GetDouble());
            JsonElement[] workers = [.. strategy.GetProperty("workers").EnumerateArray()];
            Assert.Equal(1, workers.Sum(w => w.GetProperty("share").GetDouble()), 0.001);
            Assert.Equal(1, workers.Sum(w => w.GetProperty("promised") is { ValueKind: JsonValueKind.Number } p ? p.GetDouble() : 0), 0.001);
        }

        // A kill that cost no run is followed by another under the next strategy.
        JsonElement[] killed = [.. document.RootElement.GetProperty("killed").EnumerateArray()];
        Assert.Contains(killed, k => k.GetProperty("rerun_ms") is { ValueKind: JsonValueKind.Number } ms && ms.GetDouble() >= 0);
        Assert.All(killed, k => Assert.False(ProcessTable.Lives(k.GetProperty("pid").GetInt32())));
        JsonElement[] joined = [.. document.RootElement.GetProperty("joined").EnumerateArray()];
        Assert.NotEmpty(joined);
        Assert.All(joined, j => Assert.True(j.GetProperty("first_job_ms").GetDouble() > 0));
        Assert.Equal(0, exit);
    }

    [Fact]
    public async Task Demo_without_a_kill_kills_nobody()
    {
        await using CommandRun demo = CommandRun.Start("demo", "--jobs", "20", "--no-kill", "--workers", "2");
        int exit = await demo.ExitAsync();
        string[] lines = await Lines(demo);

        Assert.Equal("demo: 6 strategies, 120 jobs, 120 right, 0 wrong, 0 lost, 0 re-run, 0 workers killed", lines[^1]);
        Assert.Equal(0, exit);
    }

    [Fact]
    public async Task Demo_finds_a_digest_that_is_not_the_files_own()
    {
        // A file there gives other bytes to each reader, so a worker's digest is never the one that the demo has.
        await using CommandRun demo = CommandRun.Start("demo", "--folder", "/proc/sys/kernel/random", "--jobs", "50", "--no-kill");
        int exit = await demo.ExitAsync();
        string[] lines = await Lines(demo);

        Assert.Equal(1, exit);
        Assert.Matches(@"\Ademo: 1 strategies, \d+ jobs, \d+ right, [1-9]\d* wrong, 0 lost, 0 re-run, 0 workers killed\z", lines[^1]);
        Assert.Matches(@"the job of uuid under round-robin on worker-\d gave [0-9a-f]{64} instead of [0-9a-f]{64}", await demo.Error);
    }

    [Theory]
    [InlineData(Signals.Interrupt, 130)]
    [InlineData(Signals.Kill, 137)]
    public async Task No_process_of_the_demo_outlives_it(int signal, int exitCode)
    {
        await using CommandRun demo = CommandRun.Start("demo", "--jobs", "2000");
        IReadOnlyList<int> children = [];
        await Eventually.IsTrue(() => (children = ProcessTable.ChildrenOf(demo.Pid)).Count >= Children, "the demo has started its processes");

        Signals.Send(demo.Pid, signal);
        Assert.Equal(exitCode, await demo.ExitAsync());

        await Eventually.IsTrue(() => !children.Any(ProcessTable.Lives), $"none of {string.Join(", ", children)} lives");
        output.WriteLine(await demo.Error);
    }

    [Fact]
    public async Task Demo_without_files_says_what_to_do()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            await using CommandRun demo = CommandRun.Start("demo", "--folder", folder);
            Assert.Equal(2, await demo.ExitAsync());
            Assert.Equal("", await demo.Output);
            Assert.Contains("--folder", await demo.Error, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    private async Task<string[]> Lines(CommandRun run)
    {
        output.WriteLine(await run.Error);
        output.WriteLine(await run.Output);
        return (await run.Output).TrimEnd().Split('\n');
    }

    [GeneratedRegex(@"\A(demo: \d+ strategies, \d+ jobs, \d+ right, \d+ wrong, \d+ lost), (\d+) re-run, [1-9]\d* workers? killed\z")]
    private static partial Regex LastLine();
}
