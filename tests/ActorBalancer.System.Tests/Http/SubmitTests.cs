using System.Text;
using System.Text.Json;

namespace ActorBalancer.SystemTests.Http;

[Collection(SharedNodeCollection.Name)]
public sealed class SubmitTests(SharedNode shared)
{
    private HttpNode Node => shared.Node;

    [Fact]
    public async Task Submitted_job_is_created_runs_and_shows_all_that_is_known_of_it()
    {
        Answer answer = await Node.SubmitAsync(
            """{"kind":"echo","payload":{"a": [1, 2]},"queue":"mail","source":"album-7","priority":9,"time_limit":2.5,"attempts":3}""");
        Assert.Equal(201, answer.Status);
        Assert.Equal("application/json", answer.Content.ContentType?.ToString());
        Assert.Equal(["id", "state", "queue"], answer.Json.EnumerateObject().Select(m => m.Name));
        Assert.Equal("waiting", answer.Json.GetProperty("state").GetString());
        Assert.Equal("mail", answer.Json.GetProperty("queue").GetString());
        string id = answer.Json.GetProperty("id").GetString()!;
        Assert.Equal($"/v1/jobs/{id}", answer.Headers.Location?.ToString());

        Assert.Equal("""{"a": [1, 2]}""", Encoding.UTF8.GetString(await Node.ResultAsync(id)));
        JsonElement job = (await Node.GetAsync($"/v1/jobs/{id}")).IsOk().Json;
        string[] members =
        [
            "id", "kind", "queue", "source", "state", "reason", "attempt", "worker", "submitted_at", "started_at", "finished_at", "result",
            "error", "attempts", "progress",
        ];
        Assert.All(members, m => Assert.True(job.TryGetProperty(m, out _), m));
        Assert.Equal("album-7", job.GetProperty("source").GetString());
        Assert.Equal("succeeded", job.GetProperty("state").GetString());
        Assert.Equal("node", job.GetProperty("worker").GetString());
        Assert.Equal("""{"a": [1, 2]}""", job.GetProperty("result").GetRawText());
        Assert.Matches(@"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\z", job.GetProperty("submitted_at").GetString());
        JsonElement attempt = job.GetProperty("attempts").EnumerateArray().Single();
        Assert.Equal(["n", "worker", "started_at", "finished_at", "outcome", "error", "why"], attempt.EnumerateObject().Select(m => m.Name));
        Assert.Equal(1, attempt.GetProperty("n").GetInt32());
        Assert.Equal("succeeded", attempt.GetProperty("outcome").GetString());
        JsonElement decision = job.GetProperty("decisions").EnumerateArray().Single();
        Assert.Equal(("node", "least-connections"), (decision.GetProperty("worker").GetString(), decision.GetProperty("strategy").GetString()));
        JsonElement candidate = decision.GetProperty("candidates").EnumerateArray().Single();
        Assert.Equal(
            ["worker", "score", "load", "slots", "weight", "view_ms", "why_not", "notes"], candidate.EnumerateObject().Select(m => m.Name));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("-0.0e+10")]
    [InlineData("1e999999")]
    [InlineData("""  "\u0000\ud83d\ude00 \u00e9 é 😀"   """)]
    [InlineData("""{ "a" : 1 , "a" : 2, "\u0000":[ ] }""")]
    [InlineData("[[[[[]]]]]")]
    [InlineData("\"\"")]
    public async Task Payload_is_any_JSON_value_and_its_bytes_are_kept(string payload)
    {
        string id = await Node.AcceptAsync($$"""{"kind":"echo","payload":{{payload}}}""");
        Assert.Equal(payload.Trim(), Encoding.UTF8.GetString(await Node.ResultAsync(id)));
    }

    [Theory]
    [InlineData("priority", "0")]
    [InlineData("priority", "9")]
    [InlineData("attempts", "1")]
    [InlineData("attempts", "1000")]
    [InlineData("delay", "0")]
    [InlineData("delay", "0.0")]
    [InlineData("delay", "1e-9")]
    [InlineData("time_limit", "1e-9")]
    [InlineData("time_limit", "604800")]
    [InlineData("run_at", "\"2000-01-01T00:00:00Z\"")]
    [InlineData("run_at", "\"2001-02-03t04:05:06.123456789+23:59\"")]
    [InlineData("source", "\"\\ud83d\\ude00 e\\u0301 \\u00e9\"")]
    [InlineData("queue", "\"0.a_b-c\"")]
    public async Task Members_at_the_edge_of_what_is_allowed_are_taken(string member, string value) =>
        await Node.AcceptAsync($$"""{"{{member}}":{{value}},"kind":"echo","payload":0}""");

    [Theory]
    [InlineData("\"delay\":315360000")]
    [InlineData("\"run_at\":\"2100-12-31T23:59:59.999Z\"")]
    [InlineData("\"run_at\":\"2099-06-30T23:59:60Z\"")]
    public async Task Job_for_later_is_scheduled(string when)
    {
        Answer answer = await Node.SubmitAsync($$"""{"kind":"echo","payload":0,{{when}}}""");
        Assert.Equal("scheduled", answer.Json.GetProperty("state").GetString());
        string id = answer.Json.GetProperty("id").GetString()!;
        Assert.Equal("scheduled", (await Node.GetAsync($"/v1/jobs/{id}")).Json.GetProperty("state").GetString());
        Assert.Equal(202, (await Node.GetAsync($"/v1/jobs/{id}/result")).Status);
        Assert.Equal("cancelled", (await Node.PostAsync($"/v1/jobs/{id}/cancel")).IsOk().Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Source_that_is_left_out_is_the_clients_address()
    {
        string id = await Node.AcceptAsync("""{"kind":"echo","payload":0}""");
        Assert.Equal("127.0.0.1", (await Node.GetAsync($"/v1/jobs/{id}")).Json.GetProperty("source").GetString());
    }

    [Fact]
    public async Task Source_of_256_characters_beyond_the_basic_plane_is_kept_and_one_more_is_refused()
    {
        string source = string.Concat(Enumerable.Repeat("😀", 256));
        string id = await Node.AcceptAsync($$"""{"kind":"echo","payload":0,"source":"{{source}}"}""");
        Assert.Equal(source, (await Node.GetAsync($"/v1/jobs/{id}")).Json.GetProperty("source").GetString());
        (await Node.SubmitAsync($$"""{"kind":"echo","payload":0,"source":"{{source}}😀"}""")).Is(400, "invalid");
    }

    [Fact]
    public async Task Unknown_kind_is_told_apart()
    {
        Answer answer = (await Node.SubmitAsync("""{"kind":"nobody-has-it","payload":0}""")).Is(422, "unknown_kind");
        Assert.Contains("echo", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 201)]
    [InlineData(1, 413)]
    public async Task Payload_of_256_KiB_is_taken_and_one_byte_more_is_too_large(int more, int status)
    {
        string payload = new('x', (256 << 10) - 2 + more);
        Answer answer = await Node.SubmitAsync($$"""{"kind":"sha256","queue":"large","payload":  "{{payload}}"  }""");
        Assert.Equal(status, answer.Status);
        if (status != 201)
            answer.Is(413, "too_large");
    }

    [Theory]
    [InlineData(0, 400)]
    [InlineData(1, 413)]
    public async Task Body_of_512_KiB_is_read_and_one_byte_more_is_too_large(int more, int status)
    {
        byte[] body = new byte[(512 << 10) + more];
        Array.Fill(body, (byte)' ');
        (await Node.SubmitAsync(body)).Is(status, status == 400 ? "invalid" : "too_large");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; Charset=\"UTF-8\"")]
    public async Task Json_in_utf8_is_taken(string type) =>
        Assert.Equal(201, (await Node.SubmitAsync("""{"kind":"echo","payload":0}"""u8.ToArray(), type)).Status);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("application/x-ndjson")]
    [InlineData("application/problem+json")]
    [InlineData("application/json; charset=latin1")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json, application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Any_other_type_is_refused(string? type) =>
        (await Node.SendAsync(HttpMethod.Post, "/v1/jobs", HttpNode.Body("""{"kind":"echo","payload":0}"""u8.ToArray(), type))).Is(415, "media_type");

    [Theory]
    [InlineData("gzip")]
    [InlineData("identity")]
    public async Task Any_content_encoding_is_refused(string encoding)
    {
        ByteArrayContent body = HttpNode.Body("""{"kind":"echo","payload":0}"""u8.ToArray(), "application/json");
        body.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        (await Node.SendAsync(HttpMethod.Post, "/v1/jobs", body)).Is(415, "media_type");
    }

    [Fact]
    public async Task One_queue_more_than_there_may_be_is_a_conflict()
    {
        await using HttpNode node = await HttpNode.StartAsync([], ("ACTORBALANCER__LIMITS__QUEUES", "2"));
        await node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"a"}""");
        await node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"b"}""");
        (await node.SubmitAsync("""{"kind":"echo","payload":0,"queue":"c"}""")).Is(409, "conflict");
        await node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"a"}""");
    }
}
