using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorBalancer.Node.Processes;
using ActorBalancer.Storage.Tests.Postgres;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Routers;

/// <summary>Two routers and two workers as processes, on a database of their own of a throw-away PostgreSQL server.</summary>
internal sealed class RouterCluster(ITestOutputHelper output) : IAsyncDisposable
{
    private static readonly Lazy<PostgresServer?> Server = new(() => PostgresServer.TryStart());
    private static int s_databases;

    private readonly List<ChildNode> _nodes = [];
    private readonly Dictionary<string, HttpClient> _clients = [];

    /// <summary>r1 and r2.</summary>
    public ChildNode[] Routers => [.. _nodes.Take(2)];

    /// <param name="output">Gets what the processes said.</param>
    /// <param name="settings">Environment variables of the routers.</param>
    public static async Task<RouterCluster> StartAsync(ITestOutputHelper output, params KeyValuePair<string, string>[] settings)
    {
        Skip.If(Server.Value is null, "no PostgreSQL server is installed here (initdb and pg_ctl were not found)");
        PostgresServer server = Server.Value!;
        string database = string.Create(CultureInfo.InvariantCulture, $"routers{Interlocked.Increment(ref s_databases)}");
        server.Execute($"CREATE DATABASE {database}");
        KeyValuePair<string, string>[] all =
        [
            new(StoreOfTests.Variable, "postgres"),
            new("ACTORBALANCER__POSTGRES__CONNECTION", $"Host=127.0.0.1;Port={server.Port};Username=postgres;Database={database}"),
            new("ACTORBALANCER__METRICS__SLOW_START", "0s"),
            .. settings,
        ];
        RouterCluster cluster = new(output);
        try
        {
            string first = await cluster.AddAsync("r1", "router", [], all);
            string second = await cluster.AddAsync("r2", "router", ["--seed", first], all);
            string[] seeds = ["--seed", first, "--seed", second, "--slots", "4"];
            await cluster.AddAsync("w1", "worker", seeds, all);
            await cluster.AddAsync("w2", "worker", seeds, all);
            foreach (string router in (string[])["r1", "r2"])
                await Eventually.IsTrue(async () => (await cluster.ItemsAsync(router, "/v1/workers")).Count(w => Text(w, "state") == "up") == 2, $"{router} has two workers");
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public ChildNode Node(string name) => _nodes.Single(n => n.Name == name);

    /// <summary>The id of a job that was accepted; null: refused, or its outcome is unknown, in which case it may be there.</summary>
    public async Task<string?> SubmitAsync(string router, string queue, int milliseconds)
    {
        using StringContent body = new($$"""{"kind":"sleep","queue":"{{queue}}","payload":{"ms":{{milliseconds}} } }""", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _clients[router].PostAsync("/v1/jobs", body);
        JsonElement json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        if (answer.IsSuccessStatusCode)
            return Text(json, "id");
        Assert.Equal("outcome_unknown", Text(json, "code"));
        return null;
    }

    public async Task<(int Status, JsonElement Json)> SendAsync(string router, HttpMethod method, string path, string? body = null, string type = "application/json")
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, type) };
        using HttpResponseMessage answer = await _clients[router].SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, type == "application/json" && text.Length > 0 ? JsonDocument.Parse(text).RootElement : default);
    }

    public async Task<JsonElement> GetAsync(string router, string path)
    {
        (int status, JsonElement json) = await SendAsync(router, HttpMethod.Get, path);
        Assert.True(status == 200, $"{path} at {router}: {status} {json}");
        return json;
    }

    public async Task<JsonElement[]> ItemsAsync(string router, string path) =>
        [.. (await GetAsync(router, path)).GetProperty("items").EnumerateArray()];

    /// <summary>The router that owns the queue, as that one says; empty while nobody answers for it, since it moves.</summary>
    public async Task<string> OwnerAsync(string router, string queue)
    {
        (int status, JsonElement json) = await SendAsync(router, HttpMethod.Get, $"/v1/queues/{queue}");
        return status == 200 ? Text(json, "owner") : "";
    }

    public Task StateAsync(string router, string id, string state) =>
        Eventually.IsTrue(async () => Text(await GetAsync(router, $"/v1/jobs/{id}"), "state") == state, $"{id} is {state}");

    public static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public async ValueTask DisposeAsync()
    {
        foreach (HttpClient client in _clients.Values)
            client.Dispose();
        foreach (ChildNode node in Enumerable.Reverse(_nodes))
            await node.DisposeAsync();
        foreach (ChildNode node in _nodes.Where(n => n.Log.Length > 0))
            output.WriteLine($"--- {node.Name} ({node.Pid}) said:\n{node.Log}");
    }

    private async Task<string> AddAsync(string name, string role, string[] arguments, KeyValuePair<string, string>[] settings)
    {
        ChildNode node = ChildNode.Start(
            name, typeof(ChildNode).Assembly.Location, ["--role", role, "--port", "0", .. arguments], settings);
        _nodes.Add(node);
        ReadyLine ready = await node.Ready.WaitAsync(Eventually.Deadline);
        _clients.Add(name, new HttpClient { BaseAddress = new Uri(ready.Http!), Timeout = Eventually.Deadline });
        return ready.Seed;
    }
}
