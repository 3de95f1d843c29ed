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
        await using CommandRun demo = CommandRun.Start("demo", "--jobs", "60");
        int exit = await demo.ExitAsync();
        string[] lines = await Lines(demo);

        Match last = LastLine().Match(lines[^1]);
        Assert.True(last.Success, $"the last line is '{lines[^1]}'");
        Assert.Equal("demo: 5 strategies, 300 jobs, 300 right, 0 wrong, 0 lost", last.Groups[1].Value);
        Assert.True(int.Parse(last.Groups[2].Value, CultureInfo.InvariantCulture) >= 1, lines[^1]);
        Assert.All(StrategyCatalog.Ids, id => Assert.Contains(lines, l => l.StartsWith(id + " (", StringComparison.Ordinal)));
        Assert.Equal(0, exit);
        Assert.DoesNotContain('\u001b', string.Concat(lines));
    }

    [Fact]
    public async Task Demo_as_json_is_one_document_whose_figures_add_up()
    {
        await using CommandRun demo = CommandRun.Start("demo", "--jobs", "40", "--json");
        int exit = await demo.ExitAsync();
        output.WriteLine(await demo.Error);
        using JsonDocument document = JsonDocument.Parse(await demo.Output);
        output.WriteLine(document.RootElement.GetRawText());

        JsonElement[] strategies = [.. document.RootElement.GetProperty("strategies").EnumerateArray()];
        Assert.Equal(StrategyCatalog.Ids, strategies.Select(s => s.GetProperty("id").GetString()));
        foreach (JsonElement strategy in strategies)
        {
            Assert.Equal(40, strategy.GetProperty("jobs").GetInt32());
            Assert.Equal(40, strategy.GetProperty("right").GetInt32());
            Assert.Equal(0, strategy.GetProperty("wrong").GetInt32() + strategy.GetProperty("lost").GetInt32());
            Assert.True(strategy.GetProperty("drain_s").GetDouble() > 0);
            Assert.InRange(strategy.GetProperty("p50_ms").GetDouble(), 0.1, strategy.GetProperty("p99_ms").GetDouble());
            JsonElement[] workers = [.. strategy.GetProperty("workers").EnumerateArray()];
            Assert.Equal(1, workers.Sum(w => w.GetProperty("share").GetDouble()), 0.001);
            Assert.Equal(1, workers.Sum(w => w.GetProperty("promised") is { ValueKind: JsonValueKind.Number } p ? p.GetDouble() : 0), 0.001);
        }

        JsonElement killed = Assert.Single(document.RootElement.GetProperty("killed").EnumerateArray().ToArray());
        Assert.True(killed.GetProperty("rerun_ms").GetDouble() >= 0);
        Assert.False(ProcessTable.Lives(killed.GetProperty("pid").GetInt32()));
        JsonElement joined = Assert.Single(document.RootElement.GetProperty("joined").EnumerateArray().ToArray());
        Assert.True(joined.GetProperty("first_job_ms").GetDouble() > 0);
        Assert.Equal(0, exit);
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

    [GeneratedRegex(@"\A(demo: \d+ strategies, \d+ jobs, \d+ right, \d+ wrong, \d+ lost), (\d+) re-run, 1 worker killed\z")]
    private static partial Regex LastLine();
}
