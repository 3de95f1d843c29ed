using System.Text.Json;

namespace ActorBalancer.SystemTests.Http;

[Collection(SharedNodeCollection.Name)]
public sealed class QueueTests(SharedNode shared)
{
    private HttpNode Node => shared.Node;

    [Fact]
    public async Task Queue_exists_from_its_first_job_and_is_shown_alone_and_listed()
    {
        (await Node.GetAsync("/v1/queues/new-queue")).Is(404, "not_found");
        await Node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"new-queue"}""");
        JsonElement queue = (await Node.GetAsync("/v1/queues/new-queue")).IsOk().Json;
        string[] members = ["name", "state", "strategy", "binding", "weights", "waiting", "running", "scheduled", "dead", "owner", "inc"];
        Assert.All(members, m => Assert.True(queue.TryGetProperty(m, out _), m));
        Assert.Equal("running", queue.GetProperty("state").GetString());
        Assert.Equal("least-connections", queue.GetProperty("strategy").GetString());
        Assert.Equal("late", queue.GetProperty("binding").GetString());
        Assert.Equal("static", queue.GetProperty("weights").GetString());
        Assert.Equal("node", queue.GetProperty("owner").GetString());
        Assert.Contains("new-queue", (await Node.GetAsync("/v1/queues")).Json.GetProperty("items").EnumerateArray().Select(q => q.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Change_of_strategy_and_binding_shows_at_once()
    {
        await Node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"changed"}""");
        JsonElement early = (await Node.PatchAsync("/v1/queues/changed", """{"strategy":"round-robin","weights":"static"}""")).IsOk().Json;
        Assert.Equal("round-robin", early.GetProperty("strategy").GetString());
        Assert.Equal("early", early.GetProperty("binding").GetString());
        Assert.Equal("learned", (await Node.PatchAsync("/v1/queues/changed", """{"weights":"learned"}""")).IsOk().Json.GetProperty("weights").GetString());
        Assert.Equal("round-robin", (await Node.GetAsync("/v1/queues/changed")).Json.GetProperty("strategy").GetString());
        Assert.Equal("late", (await Node.PatchAsync("/v1/queues/changed", """{"binding":"late"}""")).IsOk().Json.GetProperty("binding").GetString());

        JsonElement weights = (await Node.GetAsync("/v1/queues/changed/weights?limit=2")).IsOk().Json;
        Assert.Equal(["queue", "strategy", "weights", "workers", "history"], weights.EnumerateObject().Select(m => m.Name));
        Assert.Equal(
            ["round-robin, learned weights", "round-robin, learned weights"],
            weights.GetProperty("history").EnumerateArray().Where(c => c.GetProperty("worker").ValueKind == JsonValueKind.Null).Select(c => c.GetProperty("reason").GetString()).TakeLast(2));
        (await Node.GetAsync("/v1/queues/changed/weights?limit=501")).Is(400, "invalid");
        (await Node.GetAsync("/v1/queues/nowhere/weights")).Is(404, "not_found");
    }

    [Fact]
    public async Task Adaptive_queue_learns_its_weights_unless_told_otherwise()
    {
        await Node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"adaptive"}""");
        JsonElement queue = (await Node.PatchAsync("/v1/queues/adaptive", """{"strategy":"adaptive"}""")).IsOk().Json;
        Assert.Equal(("late", "learned"), (queue.GetProperty("binding").GetString(), queue.GetProperty("weights").GetString()));
        queue = (await Node.PatchAsync("/v1/queues/adaptive", """{"strategy":"adaptive","weights":"static"}""")).IsOk().Json;
        Assert.Equal("static", queue.GetProperty("weights").GetString());
        await Node.ResultAsync(await Node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"adaptive"}"""));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("""{"strategy":"least-connections","binding":"sometimes"}""")]
    [InlineData("""{"strategy":"least-connections","weights":"heavy"}""")]
    [InlineData("""{"strategy":"fastest"}""")]
    [InlineData("""{"strategy":null}""")]
    [InlineData("""{"strategy":"least-connections","strategy":"random"}""")]
    [InlineData("""{"Strategy":"least-connections"}""")]
    [InlineData("""{"strategy":"least-connections","state":"paused"}""")]
    [InlineData("""{"strategy":"least-connections","name":"x"}""")]
    [InlineData("""{"strategy":["least-connections"]}""")]
    public async Task Refused_change_changes_nothing(string json)
    {
        await Node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"unchanged"}""");
        (await Node.PatchAsync("/v1/queues/unchanged", """{"strategy":"random"}""")).IsOk();
        (await Node.PatchAsync("/v1/queues/unchanged", json)).Is(400, "invalid");
        Assert.Equal("random", (await Node.GetAsync("/v1/queues/unchanged")).Json.GetProperty("strategy").GetString());
    }

    [Fact]
    public async Task Paused_queue_keeps_its_jobs_until_it_is_resumed()
    {
        await Node.ResultAsync(await Node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"paused"}"""));
        Assert.Equal("paused", (await Node.PostAsync("/v1/queues/paused/pause")).IsOk().Json.GetProperty("state").GetString());
        string id = await Node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"paused"}""");
        Assert.Equal(1, (await Node.GetAsync("/v1/queues/paused")).Json.GetProperty("waiting").GetInt32());
        Assert.Equal("running", (await Node.PostAsync("/v1/queues/paused/resume")).IsOk().Json.GetProperty("state").GetString());
        await Node.ResultAsync(id);
    }

    [Theory]
    [InlineData("no-such-queue")]
    [InlineData("UPPER")]
    [InlineData("a%2Fb")]
    public async Task Unknown_queue_is_not_found(string queue)
    {
        (await Node.GetAsync($"/v1/queues/{queue}")).Is(404, "not_found");
        (await Node.PatchAsync($"/v1/queues/{queue}", """{"strategy":"random"}""")).Is(404, "not_found");
        (await Node.PostAsync($"/v1/queues/{queue}/pause")).Is(404, "not_found");
        (await Node.PostAsync($"/v1/queues/{queue}/resume")).Is(404, "not_found");
    }

    [Fact]
    public async Task Action_takes_no_body_and_no_query()
    {
        await Node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"acted"}""");
        HttpMethod post = HttpMethod.Post;
        (await Node.SendAsync(post, "/v1/queues/acted/pause", HttpNode.Body("{}"u8.ToArray(), "application/json"))).Is(400, "invalid");
        (await Node.SendAsync(post, "/v1/queues/acted/pause?now=1", null)).Is(400, "invalid");
        Assert.Equal("running", (await Node.GetAsync("/v1/queues/acted")).Json.GetProperty("state").GetString());
        (await Node.SendAsync(post, "/v1/queues/acted/resume", HttpNode.Body([], null))).IsOk();
    }
}
