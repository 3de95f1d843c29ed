using System.Text.Json;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Routers;

/// <summary>Either of two routers serves all queues, and both tell the same.</summary>
public sealed class TwoRouterTests(ITestOutputHelper output)
{
    private static readonly string[] Both = ["r1", "r2"];

    [SkippableFact]
    public async Task Either_router_accepts_shows_and_changes_what_is_the_others()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(output);
        await SubmitsAsync(cluster);
        await ListsAsync(cluster);
        await OrdersAsync(cluster);
        await DrainsAsync(cluster);
    }

    private static async Task SubmitsAsync(RouterCluster cluster)
    {
        // A line each for a queue of either router: the answer keeps their order.
        foreach (string router in Both)
            await cluster.StateAsync(router, (await cluster.SubmitAsync(router, "of-" + router, 1))!, "succeeded");
        HashSet<string> owners = [await cluster.OwnerAsync("r1", "of-r1"), await cluster.OwnerAsync("r1", "of-r2")];
        foreach (string router in Both)
        {
            string lines = string.Concat(Enumerable.Range(0, 40).Select(i => $$"""{"kind":"echo","payload":{{i}},"queue":"of-r{{1 + (i % 2)}}"}""" + "\n"));
            (int status, _) = await cluster.SendAsync(router, HttpMethod.Post, "/v1/jobs:bulk", lines, "application/x-ndjson");
            Assert.Equal(200, status);
        }
        await Eventually.IsTrue(async () => (await cluster.ItemsAsync("r2", "/v1/jobs?kind=echo&state=succeeded")).Length == 80, "all lines have run");
        Assert.All(owners, owner => Assert.Contains(owner, Both));
    }

    private static async Task ListsAsync(RouterCluster cluster)
    {
        string[][] queues = await Task.WhenAll(Both.Select(async r => Rows(await cluster.ItemsAsync(r, "/v1/queues"), "name", "owner", "inc", "state", "strategy")));
        Assert.Equal(queues[0], queues[1]);
        Assert.Equal(2, queues[0].Length);
        string[][] workers = await Task.WhenAll(Both.Select(async r => Rows(await cluster.ItemsAsync(r, "/v1/workers"), "name", "node", "state", "slots", "kinds")));
        Assert.Equal(workers[0], workers[1]);
        Assert.Equal(2, workers[0].Length);
        string[][] jobs = await Task.WhenAll(Both.Select(async r => Rows(await cluster.ItemsAsync(r, "/v1/jobs?limit=50"), "id", "state", "worker")));
        Assert.Equal(jobs[0], jobs[1]);
    }

    private static async Task OrdersAsync(RouterCluster cluster)
    {
        foreach (string router in Both)
        {
            foreach (string queue in (string[])["of-r1", "of-r2"])
            {
                (int status, JsonElement answer) = await cluster.SendAsync(router, HttpMethod.Post, $"/v1/queues/{queue}/pause");
                Assert.True(status == 200, $"{status} {answer}");
                Assert.Equal("paused", RouterCluster.Text(answer, "state"));
                string id = (await cluster.SubmitAsync(router, queue, 1))!;
                await cluster.StateAsync(Both[0], id, "waiting");
                await cluster.SendAsync(router, HttpMethod.Post, $"/v1/queues/{queue}/resume");
                foreach (string asked in Both)
                    await cluster.StateAsync(asked, id, "succeeded");

                string running = (await cluster.SubmitAsync(router, queue, 60_000))!;
                foreach (string asked in Both)
                {
                    await cluster.StateAsync(asked, running, "running");
                    await Eventually.IsTrue(
                        async () => (await cluster.ItemsAsync(asked, "/v1/jobs?state=running")).Any(j => RouterCluster.Text(j, "id") == running), "it is listed as running");
                }
                (status, answer) = await cluster.SendAsync(router, HttpMethod.Post, $"/v1/jobs/{running}/cancel");
                Assert.True(status == 200, $"{status} {answer}");
                await cluster.StateAsync(Both[1], running, "cancelled");
            }
        }
        foreach (string router in Both)
            Assert.Equal(404, (await cluster.SendAsync(router, HttpMethod.Post, "/v1/queues/never-used/pause")).Status);
    }

    private static async Task DrainsAsync(RouterCluster cluster)
    {
        Assert.Equal(200, (await cluster.SendAsync("r2", HttpMethod.Post, "/v1/workers/w1/drain")).Status);
        foreach (string queue in (string[])["of-r1", "of-r2"])
        {
            for (int i = 0; i < 10; i++)
            {
                string id = (await cluster.SubmitAsync("r1", queue, 1))!;
                await cluster.StateAsync("r2", id, "succeeded");
                Assert.Equal("w2", RouterCluster.Text(await cluster.GetAsync("r1", $"/v1/jobs/{id}"), "worker"));
            }
        }
        Assert.Equal(200, (await cluster.SendAsync("r1", HttpMethod.Post, "/v1/workers/w1/undrain")).Status);
        foreach (string router in Both)
            await Eventually.IsTrue(async () => (await cluster.ItemsAsync(router, "/v1/workers")).All(w => RouterCluster.Text(w, "state") == "up"), "both are up again");
        Assert.Equal(404, (await cluster.SendAsync("r1", HttpMethod.Post, "/v1/workers/nobody/drain")).Status);
    }

    private static string[] Rows(JsonElement[] items, params string[] members) =>
        [.. items.Select(item => string.Join(' ', members.Select(m => item.GetProperty(m).ToString())))];
}
