using System.Text.Json;

namespace ActorBalancer.SystemTests.Tools;

[Collection("tools")]
public sealed class WorkerTests(SharedUp shared)
{
    [Fact]
    public async Task Drained_worker_keeps_what_it_runs_gets_nothing_new_and_comes_back()
    {
        // Longer than the test: they end when they are told to.
        string[] ids = (await Run("submit", "sleep", """{"ms":2000000}""", "--count", "4")).Succeeded().Lines;
        await Processes.Eventually.IsTrue(async () => (await Workers()).All(w => w.GetProperty("in_flight").GetInt32() == 2), "both workers have two jobs");

        Task<ToolRun> draining = Run("worker", "drain", "worker-1", "--wait", "--json");
        await Processes.Eventually.IsTrue(async () => (await Workers()).Any(w => w.GetProperty("state").GetString() == "draining"), "it drains");
        List<string> itsOwn = [];
        foreach (string id in ids)
        {
            JsonElement job = (await Run("job", "show", id, "--json")).Succeeded().Json;
            Assert.Equal(("running", 1), (job.GetProperty("state").GetString(), job.GetProperty("attempt").GetInt32()));
            if (job.GetProperty("worker").GetString() == "worker-1")
                itsOwn.Add(id);
            else
                (await Run("job", "cancel", id)).Succeeded();
        }
        Assert.Equal(2, itsOwn.Count);
        Assert.False(draining.IsCompleted);
        foreach (string id in itsOwn)
            (await Run("job", "cancel", id)).Succeeded();
        JsonElement drained = (await draining).Succeeded().Json;
        Assert.Equal("draining", drained.GetProperty("state").GetString());
        Assert.Equal(0, drained.GetProperty("running").GetInt32() + drained.GetProperty("in_flight").GetInt32());

        ToolRun meanwhile = (await Run("submit", "echo", "{}", "--count", "20", "--wait", "--json")).Succeeded();
        Assert.All(meanwhile.JsonLines, j => Assert.Equal("worker-2", j.GetProperty("worker").GetString()));

        Assert.Matches(@"(?m)^worker-1 +up ", (await Run("worker", "undrain", "worker-1")).Succeeded().Output);
        ToolRun after = (await Run("submit", "sleep", """{"ms":20}""", "--count", "20", "--wait", "--json")).Succeeded();
        Assert.Contains(after.JsonLines, j => j.GetProperty("worker").GetString() == "worker-1");
    }

    [Fact]
    public async Task Listing_says_what_each_worker_is_and_does()
    {
        ToolRun list = (await Run("worker", "list")).Succeeded();
        Assert.Matches(@"\AWORKER +STATE +SLOTS +RUNNING +IN FLIGHT +WEIGHT +NOW +CPU +MEMORY +AGE\z", list.Lines[0]);
        Assert.Equal(3, list.Lines.Length);
        Assert.All(list.Lines, l => Assert.True(l.Length <= 80, l));

        JsonElement worker = (await Workers()).Single(w => w.GetProperty("name").GetString() == "worker-2");
        Assert.Equal(2, worker.GetProperty("slots").GetInt32());
        Assert.Equal(["actorbalancer-worker"], worker.GetProperty("roles").EnumerateArray().Select(r => r.GetString()));
        Assert.Contains("echo", worker.GetProperty("kinds").EnumerateArray().Select(k => k.GetString()));
        string[] members = ["name", "node", "state", "roles", "kinds", "slots", "running", "in_flight", "credit", "weight", "speed", "load", "incarnation", "version", "up_since"];
        Assert.All(members, m => Assert.True(worker.TryGetProperty(m, out _), m));
    }

    [Fact]
    public async Task Unknown_worker_is_refused()
    {
        ToolRun wrong = await Run("worker", "drain", "nosuch");
        Assert.Equal(4, wrong.Exit);
        Assert.StartsWith("not_found: ", wrong.Error, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<JsonElement>> Workers() =>
        [.. (await Run("worker", "list", "--json")).Succeeded().Json.GetProperty("items").EnumerateArray()];

    private Task<ToolRun> Run(params string[] arguments) => shared.Up.RunAsync(arguments);
}
