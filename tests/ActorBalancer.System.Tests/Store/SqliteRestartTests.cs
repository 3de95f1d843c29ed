using System.Text.Json;
using ActorBalancer.SystemTests.Http;
using ActorBalancer.SystemTests.Processes;
using ActorBalancer.SystemTests.Tools;

namespace ActorBalancer.SystemTests.Store;

public sealed class SqliteRestartTests
{
    [Fact]
    public async Task Everything_killed_and_started_again_on_its_file_has_every_accepted_job_and_its_history_and_finishes_them()
    {
        using SqliteFolder store = new();
        List<string> ids = [];
        string done, running;
        await using (HttpNode node = await StoreNode.StartAsync(store.File))
        {
            done = await node.AcceptAsync("""{"kind":"echo","payload":{"a":1}}""");
            await node.ResultAsync(done);
            running = await node.AcceptAsync("""{"kind":"sleep","payload":{"ms":2000}}""");
            await Eventually.IsTrue(async () => (await node.JobAsync(running)).GetProperty("state").GetString() == "running", "a job runs");
            string lines = string.Concat(Enumerable.Range(0, 2_000).Select(i => $$"""{"kind":"echo","payload":{{i}},"queue":"bulk"}""" + "\n"));
            ids = [.. (await node.BulkAsync(lines)).IsOk().Lines.Select(l => l.GetProperty("id").GetString()!)];
            node.Process.Kill();
            await node.Process.WaitForExitAsync();
        }
        Assert.Equal(2_000, ids.Count);

        await using HttpNode again = await StoreNode.StartAsync(store.File);
        for (int i = 0; i < ids.Count; i++)
            Assert.Equal($"{i}", System.Text.Encoding.UTF8.GetString(await again.ResultAsync(ids[i])));
        Assert.Equal("""{"a":1}""", System.Text.Encoding.UTF8.GetString(await again.ResultAsync(done)));
        await again.ResultAsync(running);

        JsonElement[] attempts = [.. (await again.JobAsync(running)).GetProperty("attempts").EnumerateArray()];
        Assert.Equal([1, 2], attempts.Select(a => a.GetProperty("n").GetInt32()));
        Assert.Equal(["lost", "succeeded"], attempts.Select(a => a.GetProperty("outcome").GetString()));
        Assert.All(attempts, a => Assert.Equal("node", a.GetProperty("worker").GetString()));
        // No strategy is asked about a job whose worker died.
        Assert.Equal(["least-connections", "crashed-before"], attempts.Select(a => a.GetProperty("why").GetString()));
        ToolRun shown = (await ToolRun.RunAsync([], "", "job", "show", running, "--url", again.Ready.Http!)).Succeeded();
        Assert.Contains("lost", shown.Output, StringComparison.Ordinal);

        // A page a time, each job once, newest first.
        List<string> listed = [];
        string after = "";
        do
        {
            JsonElement page = (await again.GetAsync($"/v1/jobs?queue=bulk&state=succeeded&limit=700{after}")).IsOk().Json;
            listed.AddRange(page.GetProperty("items").EnumerateArray().Select(j => j.GetProperty("id").GetString()!));
            after = page.GetProperty("next").GetString() is { } next ? $"&after={next}" : "";
        }
        while (after.Length > 0);
        Assert.Equal(ids.AsEnumerable().Reverse(), listed);
    }

    [Fact]
    public async Task Second_process_on_a_file_is_told_who_has_it_and_ends()
    {
        await using HttpNode node = await HttpNode.StartAsync([]);
        using SqliteFolder store = new();
        await using HttpNode first = await StoreNode.StartAsync(store.File);
        ToolRun second = await ToolRun.RunAsync(store.Settings, "", "node", "--port", "0", "--http-port", "0");
        Assert.Equal(2, second.Exit);
        Assert.Contains("serves one process, and node at ", second.Error, StringComparison.Ordinal);
        ToolRun check = await ToolRun.RunAsync(store.Settings, "", "store", "check");
        Assert.Equal(2, check.Exit);
        Assert.Contains(store.File, check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_is_made_checked_and_counted_without_a_node()
    {
        using SqliteFolder store = new();
        Assert.Equal(2, (await Run("stats")).Exit);
        Assert.False(File.Exists(store.File));
        Assert.Equal(1, (await Run("migrate", "--json")).Succeeded().Json.GetProperty("schema").GetInt32());
        (await Run("migrate")).Succeeded();
        await using (HttpNode node = await StoreNode.StartAsync(store.File))
            await node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"later","delay":3600}""");
        Assert.Equal("The store is well.\n", (await Run("check")).Succeeded().Output);
        JsonElement queue = Assert.Single((await Run("stats", "--json")).Succeeded().Json.GetProperty("queues").EnumerateArray());
        Assert.Equal(("later", 1), (queue.GetProperty("queue").GetString(), queue.GetProperty("later").GetInt32()));
        Assert.Matches(@"later +0 +1 +0", (await Run("stats")).Succeeded().Output);
        Assert.Empty((await Run("check", "--json")).Succeeded().Json.GetProperty("findings").EnumerateArray());

        Task<ToolRun> Run(params string[] arguments) => ToolRun.RunAsync(store.Settings, "", ["store", .. arguments]);
    }
}
