using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Http;

/// <summary>What probes see from the first moment to the last, each with processes of its own.</summary>
public sealed class ProbeTests
{
    [Fact]
    public async Task Node_that_cannot_join_lives_and_is_not_ready()
    {
        // A port that nobody listens on, as long as this socket holds it.
        using Socket nobody = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        string seed = $"127.0.0.1:{((IPEndPoint)nobody.LocalEndPoint!).Port}";
        (CommandRun node, HttpClient client) = await LivingAsync(
            http => CommandRun.Start("node", "--role", "worker", "--name", "w1", "--port", "0", "--http-port", $"{http}", "--seed", seed));
        await using CommandRun ended = node;
        using HttpClient closed = client;
        Answer ready = await GetAsync(client, "/readyz");
        ready.Is(503, "not_ready");
        Assert.NotEmpty(ready.Json.GetProperty("reasons").EnumerateArray());
        (await GetAsync(client, "/v1/jobs")).Is(503, "not_ready");
        (await GetAsync(client, "/metrics")).IsOk();
    }

    [Fact]
    public async Task Worker_is_ready_when_a_router_has_it_and_names_the_router_to_whom_it_sends_callers()
    {
        await using HttpNode router = await HttpNode.StartAsync([]);
        await using ChildNode worker = ChildNode.Start("w1", ["--role", "worker", "--port", "0", "--seed", router.Ready.Seed]);
        ReadyLine line = await worker.Ready.WaitAsync(Eventually.Deadline);
        using HttpClient client = new() { BaseAddress = new Uri(line.Http!), Timeout = Eventually.Deadline };
        await Eventually.IsTrue(() => AnswersAsync(client, "/readyz", HttpStatusCode.OK), "the worker is ready");
        JsonElement[] workers = [.. (await router.GetAsync("/v1/workers")).Json.GetProperty("items").EnumerateArray()];
        Assert.Contains(workers, w => w.GetProperty("name").GetString() == "w1" && w.GetProperty("state").GetString() == "up");
        Assert.Contains("127.0.0.1", (await GetAsync(client, "/v1/queues")).Is(503, "not_ready").Text, StringComparison.Ordinal);
        Assert.Contains("\"GET /healthz\"", (await GetAsync(client, "/")).IsOk().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_that_drains_answers_that_it_is_not_ready_until_it_is_down()
    {
        await using HttpNode node = await HttpNode.StartAsync([], ("ACTORBALANCER__WORKER__DRAIN", "10m"));
        string id = await node.AcceptAsync("""{"kind":"sleep","payload":{"ms":600000}}""");
        await Eventually.IsTrue(async () => (await node.GetAsync($"/v1/jobs/{id}")).Json.GetProperty("state").GetString() == "running", "the job runs");
        Signals.Send(node.Process.Pid, Signals.Terminate);
        await Eventually.IsTrue(async () => (await node.GetAsync("/readyz")).Status == 503, "it is not ready");
        (await node.GetAsync("/healthz")).IsOk();
        (await node.SubmitAsync("""{"kind":"echo","payload":0}""")).Is(503, "not_ready");
        (await node.BulkAsync("""{"kind":"echo","payload":0}""")).Is(503, "not_ready");
        Assert.Contains("draining", (await node.GetAsync("/readyz")).Json.GetProperty("reasons")[0].GetString(), StringComparison.Ordinal);
        Assert.False(node.Process.HasExited);

        // It is drained when its last job ends, and this test ends it.
        (await node.PostAsync($"/v1/jobs/{id}/cancel")).IsOk();
        await node.Process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.Equal(0, node.Process.ExitCode);
    }

    [Fact]
    public async Task Port_that_is_taken_is_told_with_what_to_do_and_nothing_is_left_behind()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using CommandRun node = CommandRun.Start("node", "--port", "0", "--http-port", $"{port}");
        Assert.Equal(2, await node.ExitAsync());
        Assert.Equal("", await node.Output);
        string error = await node.Error;
        Assert.Contains($"actorbalancer.http.port = {port}: ", error, StringComparison.Ordinal);
        Assert.Contains("--http-port", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Http_that_is_off_opens_no_port()
    {
        await using CommandRun node = CommandRun.Start(
            [new("ACTORBALANCER__HTTP__ENABLED", "off")], "node", "--role", "router", "--port", "0", "--json");
        using JsonDocument ready = JsonDocument.Parse((await node.FirstLineAsync().WaitAsync(Eventually.Deadline))!);
        Assert.Equal(JsonValueKind.Null, ready.RootElement.GetProperty("http").ValueKind);
    }

    [Fact]
    public async Task Node_listens_where_it_is_told_and_answers_to_the_names_that_are_listed()
    {
        await using CommandRun node = CommandRun.Start(
            [new("ACTORBALANCER__HTTP__BIND", "127.0.0.2"), new("ACTORBALANCER__HTTP__HOSTS__0", "queue.example")],
            "node", "--role", "router", "--port", "0", "--http-port", "0", "--json");
        using JsonDocument ready = JsonDocument.Parse((await node.FirstLineAsync().WaitAsync(Eventually.Deadline))!);
        using HttpClient client = new() { BaseAddress = new Uri(ready.RootElement.GetProperty("http").GetString()!), Timeout = Eventually.Deadline };
        Assert.Equal("127.0.0.2", client.BaseAddress.Host);
        client.DefaultRequestHeaders.Host = "QUEUE.example:80";
        (await GetAsync(client, "/healthz")).IsOk();
        client.DefaultRequestHeaders.Host = "other.example";
        (await GetAsync(client, "/healthz")).Is(403, "forbidden");
        await Assert.ThrowsAsync<SocketException>(() => RawHttp.SendAsync(client.BaseAddress.Port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    [Fact]
    public async Task Metrics_speak_of_this_process_and_of_its_queues()
    {
        await using HttpNode node = await HttpNode.StartAsync([]);
        await node.ResultAsync(await node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"counted"}"""));
        Answer metrics = (await node.GetAsync("/metrics")).IsOk();
        Assert.StartsWith("text/plain", metrics.Content.ContentType?.ToString(), StringComparison.Ordinal);
        Assert.Contains("dotnet_process_cpu_time_seconds_total", metrics.Text, StringComparison.Ordinal);
        (await node.GetAsync("/v1/nothing")).Is(404, "not_found");
        Assert.Matches("actorbalancer_http_refused_total{[^}]*code=\"not_found\"} 1", (await node.GetAsync("/metrics")).Text);
        await Eventually.IsTrue(
            async () => Regex.IsMatch((await node.GetAsync("/metrics")).Text, "^actorbalancer_jobs_finished_total{.*queue=\"counted\"} 1", RegexOptions.Multiline),
            "the job is counted");
    }

    private static async Task<bool> AnswersAsync(HttpClient client, string path, HttpStatusCode status)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(path);
            return response.StatusCode == status;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<Answer> GetAsync(HttpClient client, string path)
    {
        using HttpResponseMessage response = await client.GetAsync(path);
        return new Answer((int)response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>A node that answers at a port chosen for it. Who took that port first makes it end, and the next one gets another.</summary>
    private static async Task<(CommandRun Node, HttpClient Client)> LivingAsync(Func<int, CommandRun> start)
    {
        while (true)
        {
            int http = FreePort();
            CommandRun node = start(http);
            HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{http}"), Timeout = Eventually.Deadline };
            Task<int> ended = node.ExitAsync();
            await Eventually.IsTrue(async () => ended.IsCompleted || await AnswersAsync(client, "/healthz", HttpStatusCode.OK), "it lives");
            if (!ended.IsCompleted)
                return (node, client);
            Assert.Equal(2, await ended);
            Assert.Contains("actorbalancer.http.port", await node.Error, StringComparison.Ordinal);
            client.Dispose();
            await node.DisposeAsync();
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
