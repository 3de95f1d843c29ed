using System.Text.Json;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Http;

[Collection(SharedNodeCollection.Name)]
public sealed class WorkerTests(SharedNode shared)
{
    private HttpNode Node => shared.Node;

    [Fact]
    public async Task Worker_is_listed_with_all_its_members()
    {
        JsonElement list = (await Node.GetAsync("/v1/workers")).IsOk().Json;
        Assert.Equal(JsonValueKind.Null, list.GetProperty("next").ValueKind);
        JsonElement worker = list.GetProperty("items").EnumerateArray().Single();
        string[] members =
            ["name", "node", "state", "roles", "kinds", "slots", "running", "in_flight", "credit", "weight", "speed", "load", "incarnation", "version", "up_since"];
        Assert.All(members, m => Assert.True(worker.TryGetProperty(m, out _), m));
        Assert.Equal("node", worker.GetProperty("name").GetString());
        Assert.Equal("up", worker.GetProperty("state").GetString());
        Assert.Equal(4, worker.GetProperty("slots").GetInt32());
        Assert.Equal(4, worker.GetProperty("weight").GetInt32());
        Assert.Equal(["actorbalancer-router", "actorbalancer-worker"], worker.GetProperty("roles").EnumerateArray().Select(r => r.GetString()).Order());
        Assert.Contains("echo", worker.GetProperty("kinds").EnumerateArray().Select(k => k.GetString()));
        Assert.All((string[])["cpu", "memory", "queued"], m => Assert.Equal(JsonValueKind.Number, worker.GetProperty("load").GetProperty(m).ValueKind));
    }

    [Fact]
    public async Task Drained_worker_gets_no_job_until_it_is_undrained()
    {
        Assert.Equal("draining", (await Node.PostAsync("/v1/workers/node/drain")).IsOk().Json.GetProperty("state").GetString());
        string id = await Node.AcceptAsync("""{"kind":"echo","payload":0}""");
        Assert.Equal(202, (await Node.GetAsync($"/v1/jobs/{id}/result?wait=0.1")).Status);
        (await Node.PostAsync("/v1/workers/node/undrain")).IsOk();
        await Node.ResultAsync(id);
        await Eventually.IsTrue(
            async () => (await Node.GetAsync("/v1/workers")).Json.GetProperty("items")[0].GetProperty("state").GetString() == "up", "it is up");
    }

    [Fact]
    public async Task Unknown_worker_is_not_found()
    {
        (await Node.PostAsync("/v1/workers/nobody/drain")).Is(404, "not_found");
        (await Node.PostAsync("/v1/workers/nobody/undrain")).Is(404, "not_found");
    }
}
