using System.Text.Json;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Tools;

[Collection("tools")]
public sealed class TopTests(SharedUp shared)
{
    [Fact]
    public async Task Top_once_shows_throughput_latency_and_each_workers_share()
    {
        await BusyAsync(async () =>
        {
            ToolRun top = (await Run("top", "--once", "--interval", "0.5")).Succeeded();
            Assert.Matches(@"\A\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ  [\d.]+ jobs/s  p50 \S+ m?s  p99 \S+ m?s\z", top.Lines[0]);
            Assert.Matches(@"\A\d+ in flight  \d+ waiting  \d+ later  \d+ dead\z", top.Lines[1]);
            Assert.Matches(@"\AWORKER +STATE +SLOTS +RUNNING +IN FLIGHT +JOBS/S +SHARE +WEIGHT +NOW\z", top.Lines[2]);
            Assert.All(top.Lines, l => Assert.True(l.Length <= 80, l));
            Assert.DoesNotContain('\u001b', top.Output);
        });
    }

    [Fact]
    public async Task Top_as_json_has_figures_that_add_up()
    {
        await BusyAsync(async () =>
        {
            JsonElement top = (await Run("top", "--once", "--json", "--interval", "0.5")).Succeeded().Json;
            double all = top.GetProperty("jobs_per_s").GetDouble();
            Assert.True(all > 0);
            JsonElement[] workers = [.. top.GetProperty("workers").EnumerateArray()];
            Assert.Equal(all, workers.Sum(w => w.GetProperty("jobs_per_s").GetDouble()), 0.001);
            Assert.Equal(1, workers.Sum(w => w.GetProperty("share").GetDouble()), 0.001);
            Assert.InRange(top.GetProperty("p50_ms").GetDouble(), 0, top.GetProperty("p99_ms").GetDouble());
        });
    }

    [Fact]
    public async Task Top_in_a_pipe_goes_on_until_it_is_told_to_stop()
    {
        await using CommandRun top = CommandRun.Start(shared.Up.Environment, "top", "--json", "--interval", "0.1");
        Assert.NotNull(await top.FirstLineAsync().WaitAsync(Eventually.Deadline));
        Signals.Send(top.Pid, Signals.Terminate);
        Assert.Equal(0, await top.ExitAsync());
        Assert.All((await top.Output).TrimEnd('\n').Split('\n'), l => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(l).RootElement.ValueKind));
    }

    /// <summary>Looks while jobs run, and sees to it that some do.</summary>
    private async Task BusyAsync(Func<Task> look)
    {
        // A queue that exists can be paused; then nothing of the load is done before the look.
        (await Run("submit", "echo", "{}", "--queue", "busy")).Succeeded();
        (await Run("queue", "pause", "busy")).Succeeded();
        (await Run("submit", "sleep", """{"ms":20}""", "--queue", "busy", "--count", "5000")).Succeeded();
        (await Run("queue", "resume", "busy")).Succeeded();
        await look();
        (await Run("queue", "pause", "busy")).Succeeded();
    }

    private Task<ToolRun> Run(params string[] arguments) => shared.Up.RunAsync(arguments);
}
