using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Http;

[Collection(SharedNodeCollection.Name)]
public sealed class BulkTests(SharedNode shared)
{
    private const string Good = """{"kind":"echo","payload":0,"queue":"bulk"}""";

    private HttpNode Node => shared.Node;

    [Fact]
    public async Task Every_line_gets_its_id_in_order()
    {
        string lines = string.Concat(Enumerable.Range(0, 2_345).Select(i => $$"""{"kind":"echo","payload":{{i}},"queue":"bulk"}""" + (i % 2 == 0 ? "\n" : "\r\n")));
        Answer answer = (await Node.BulkAsync(lines)).IsOk();
        Assert.Equal("application/x-ndjson", answer.Content.ContentType?.ToString());
        string[] ids = [.. answer.Lines.Select(l => l.GetProperty("id").GetString()!)];
        Assert.Equal(2_345, ids.Length);
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        foreach (int i in (int[])[0, 999, 1_000, 2_344])
            Assert.Equal($"{i}", Encoding.UTF8.GetString(await Node.ResultAsync(ids[i])));
    }

    [Fact]
    public async Task Last_line_needs_no_end_and_the_connection_serves_the_next_request()
    {
        using SocketsHttpHandler handler = new() { MaxConnectionsPerServer = 1 };
        int connections = 0;
        handler.ConnectCallback = async (context, cancellation) =>
        {
            connections++;
            TcpClient client = new();
            await client.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellation);
            return client.GetStream();
        };
        using HttpClient one = new(handler) { BaseAddress = Node.Client.BaseAddress };
        foreach (string lines in (string[])[Good + "\n" + Good, Good + "\n" + Good + "\n"])
        {
            using HttpResponseMessage answer = await one.PostAsync("/v1/jobs:bulk", HttpNode.Body(Encoding.UTF8.GetBytes(lines), "application/x-ndjson"));
            Assert.Equal(2, (await answer.Content.ReadAsStringAsync()).TrimEnd().Split('\n').Length);
        }
        using HttpResponseMessage queue = await one.GetAsync("/v1/queues/bulk");
        Assert.Equal(HttpStatusCode.OK, queue.StatusCode);
        Assert.Equal(1, connections);
    }

    [Theory]
    [InlineData("{\"kind\":\"nobody-has-it\",\"payload\":0}", 422, "unknown_kind")]
    [InlineData("{\"kind\":\"echo\"}", 400, "invalid")]
    [InlineData("", 400, "invalid")]
    [InlineData("\r", 400, "invalid")]
    public async Task Bad_line_in_the_first_thousand_is_a_problem_that_names_it_and_nothing_is_accepted(string bad, int status, string code)
    {
        string queue = "refused-" + code + bad.Length;
        string good = Good.Replace("\"bulk\"", $"\"{queue}\"", StringComparison.Ordinal);
        Answer answer = (await Node.BulkAsync(string.Join('\n', good, good, bad, "{", good))).Is(status, code);
        Assert.Equal(3, answer.Json.GetProperty("line").GetInt32());
        Assert.Empty((await Node.GetAsync($"/v1/jobs?queue={queue}")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Refused_kind_before_a_malformed_line_is_the_first_bad_one()
    {
        Answer answer = await Node.BulkAsync(string.Join('\n', Good, """{"kind":"nobody-has-it","payload":0}""", "{"));
        Assert.Equal(2, answer.Is(422, "unknown_kind").Json.GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task Later_bad_line_ends_the_answer_and_its_thousand_is_not_accepted()
    {
        string[] lines = [.. Enumerable.Repeat(Good.Replace("\"bulk\"", "\"later\"", StringComparison.Ordinal), 3_000)];
        lines[2_499] = """{"kind":"echo","payload":1,"priority":77}""";
        JsonElement[] answers = (await Node.BulkAsync(string.Join('\n', lines))).IsOk().Lines;
        Assert.Equal(2_001, answers.Length);
        Assert.Equal(["line", "code", "detail"], answers[^1].EnumerateObject().Select(m => m.Name));
        Assert.Equal(2_500, answers[^1].GetProperty("line").GetInt32());
        Assert.Equal("invalid", answers[^1].GetProperty("code").GetString());
        int kept = 0;
        for (string? next = ""; next is not null;)
        {
            JsonElement page = (await Node.GetAsync("/v1/jobs?queue=later&limit=1000" + (next.Length == 0 ? "" : "&after=" + next))).IsOk().Json;
            kept += page.GetProperty("items").GetArrayLength();
            next = page.GetProperty("next").GetString();
        }
        Assert.Equal(2_000, kept);
    }

    [Fact]
    public async Task Line_100_001_is_too_large()
    {
        await using HttpNode node = await HttpNode.StartAsync([], ("ACTORBALANCER__MEMORY__MAX_WAITING", "200000"));
        JsonElement[] answers = (await node.BulkAsync(string.Concat(Enumerable.Repeat("""{"kind":"echo","payload":0}""" + "\n", 100_001)))).IsOk().Lines;
        Assert.Equal(100_001, answers.Length);
        Assert.Equal(100_001, answers[^1].GetProperty("line").GetInt32());
        Assert.Equal("too_large", answers[^1].GetProperty("code").GetString());
    }

    [Fact]
    public async Task Queue_that_is_full_takes_whole_thousands_and_names_the_first_line_without_a_place()
    {
        await using HttpNode node = await HttpNode.StartAsync([], (StoreOfTests.Variable, "memory"), ("ACTORBALANCER__MEMORY__MAX_WAITING", "1500"));
        await node.AcceptAsync("""{"kind":"echo","payload":0}""");
        (await node.PostAsync("/v1/queues/default/pause")).IsOk();
        JsonElement[] answers = (await node.BulkAsync(string.Concat(Enumerable.Repeat("""{"kind":"echo","payload":0}""" + "\n", 2_000)))).IsOk().Lines;
        Assert.Equal(1_001, answers.Length);
        Assert.Equal(1_501, answers[^1].GetProperty("line").GetInt32());
        Assert.Equal("queue_full", answers[^1].GetProperty("code").GetString());
        Assert.Equal(1_000, (await node.GetAsync("/v1/queues/default")).Json.GetProperty("waiting").GetInt32());
        (await node.BulkAsync(string.Concat(Enumerable.Repeat("""{"kind":"echo","payload":0}""" + "\n", 501)))).Is(429, "queue_full");
    }

    [Fact]
    public async Task Line_of_more_than_512_KiB_is_too_large()
    {
        Answer answer = await Node.BulkAsync(Good + "\n" + Good + new string(' ', 512 << 10) + "\n" + Good);
        Assert.Equal(2, answer.Is(413, "too_large").Json.GetProperty("line").GetInt32());
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-ndjson; charset=utf-16")]
    [InlineData(null)]
    public async Task Any_other_type_is_refused(string? type) =>
        (await Node.SendAsync(HttpMethod.Post, "/v1/jobs:bulk", HttpNode.Body(Encoding.UTF8.GetBytes(Good), type))).Is(415, "media_type");

    [Fact]
    public async Task Body_of_more_than_64_MiB_is_refused_before_it_is_read()
    {
        RawAnswer announced = await RawHttp.SendAsync(Node.Port,
            $"POST /v1/jobs:bulk HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: {(64 << 20) + 1}\r\n\r\n{Good}\n");
        Assert.Equal(413, announced.Status);
        Assert.Contains("\"too_large\"", announced.Body, StringComparison.Ordinal);
    }

    /// <summary>The first thousand is answered while the caller has not sent the rest, and what follows a refusal is never asked for.</summary>
    [Fact]
    public async Task Bulk_is_answered_while_it_comes_in_and_ends_at_the_bad_line_without_the_rest()
    {
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, Node.Port, deadline.Token);
        NetworkStream stream = client.GetStream();
        string head = "POST /v1/jobs:bulk HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: 60000000\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + string.Concat(Enumerable.Repeat(Good + "\n", 1_000))), deadline.Token);
        using StreamReader reader = new(stream, Encoding.ASCII);
        int ids = 0;
        while (ids < 1_000)
            ids += (await reader.ReadLineAsync(deadline.Token))!.StartsWith("{\"id\"", StringComparison.Ordinal) ? 1 : 0;
        await stream.WriteAsync("{\n"u8.ToArray(), deadline.Token);
        string? line;
        while ((line = await reader.ReadLineAsync(deadline.Token)) is not null && !line.StartsWith('{'))
        {
            // The size of the next chunk.
        }
        Assert.StartsWith("""{"line":1001,"code":"invalid",""", line, StringComparison.Ordinal);
    }
}
