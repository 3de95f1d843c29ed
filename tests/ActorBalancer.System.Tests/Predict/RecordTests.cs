using System.Text.Json;
using ActorBalancer.SystemTests.Processes;
using ActorBalancer.SystemTests.Tools;

namespace ActorBalancer.SystemTests.Predict;

/// <summary><c>record</c> on a live queue.</summary>
[Collection("tools")]
public sealed class RecordTests(SharedUp shared)
{
    private const string Queue = "recorded";

    [Fact]
    public async Task Jobs_that_arrive_meanwhile_become_a_trace_that_can_be_simulated()
    {
        (await Run("submit", "sleep", """{"ms":1}""", "--queue", Queue, "--source", "before", "--wait")).Succeeded();
        Task<ToolRun> recording = Run("record", Queue, "--minutes", "0.15");
        while (!recording.IsCompleted)
            (await Run("submit", "sleep", """{"ms":50}""", "--queue", Queue, "--source", "meanwhile")).Succeeded();
        ToolRun recorded = (await recording).Succeeded();

        double[] ats = [.. recorded.JsonLines.Select(l => l.GetProperty("at").GetDouble())];
        Assert.Equal(0, ats[0]);
        Assert.Equal(ats.Order(), ats);
        // Start and end are whole milliseconds, and a timer may be early by some: half of the 50 ms is certain.
        Assert.All(recorded.JsonLines, l => Assert.InRange(l.GetProperty("service").GetDouble(), 0.025, 60));
        Assert.All(recorded.JsonLines, l => Assert.Equal(("sleep", "meanwhile"), (l.GetProperty("kind").GetString(), l.GetProperty("source").GetString())));

        // What it says how to simulate it, with its own file.
        using TemporaryFolder folder = new();
        string trace = folder.Write("trace", recorded.Output);
        string[] command = recorded.Error[recorded.Error.IndexOf("simulate", StringComparison.Ordinal)..].Trim().Split(' ');
        Assert.Contains("--slots 2", recorded.Error, StringComparison.Ordinal);
        ToolRun simulated = (await Run([.. command.Select(part => part == "trace:FILE" ? $"trace:{trace}" : part), "--json"])).Succeeded();
        JsonElement row = Assert.Single(simulated.Json.EnumerateArray());
        Assert.Equal(("least-connections", "late"), (row.GetProperty("strategy").GetString(), row.GetProperty("binding").GetString()));
        Assert.Equal(2, row.GetProperty("shares").GetArrayLength());
    }

    [Fact]
    public async Task Queue_without_arrivals_gives_no_trace_and_a_strange_one_is_refused()
    {
        (await Run("submit", "echo", "{}", "--queue", "silent", "--wait")).Succeeded();
        ToolRun silent = await Run("record", "silent", "--minutes", "0.02");
        Assert.Equal((1, ""), (silent.Exit, silent.Output));
        Assert.Contains("No job of queue silent", silent.Error, StringComparison.Ordinal);
        Assert.Equal(4, (await Run("record", "nosuch", "--minutes", "0.02")).Exit);
        Assert.Equal(2, (await Run("record", "silent", "--minutes", "0")).Exit);
        Assert.Equal(2, (await Run("record", "silent")).Exit);
    }

    private Task<ToolRun> Run(params string[] arguments) => shared.Up.RunAsync(arguments);
}
