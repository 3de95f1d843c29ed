using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Http;

/// <summary>A node that is router and worker in one process, as its callers see it: over HTTP.</summary>
internal sealed class HttpNode : IAsyncDisposable
{
    private readonly ChildNode _node;
    private readonly SqliteFolder _store;

    private HttpNode(ChildNode node, ReadyLine ready, SqliteFolder store)
    {
        (_node, _store) = (node, store);
        Ready = ready;
        Client = new HttpClient { BaseAddress = new Uri(ready.Http!), Timeout = Eventually.Deadline };
    }

    public ReadyLine Ready { get; }

    public HttpClient Client { get; }

    public ChildNode Process => _node;

    public int Port => Client.BaseAddress!.Port;

    public static async Task<HttpNode> StartAsync(IEnumerable<string> arguments, params (string Name, string Value)[] settings)
    {
        SqliteFolder store = new();
        ChildNode node = ChildNode.Start(
            "node", typeof(ChildNode).Assembly.Location, ["--role", "router", "--role", "worker", "--port", "0", "--slots", "4", .. arguments],
            [.. store.Settings, .. settings.Select(s => new KeyValuePair<string, string>(s.Name, s.Value))]);
        try
        {
            HttpNode http = new(node, await node.Ready.WaitAsync(Eventually.Deadline), store);
            await Eventually.IsTrue(async () => (await http.GetAsync("/readyz")).Status == 200, "the node is ready");
            return http;
        }
        catch
        {
            await node.DisposeAsync();
            store.Dispose();
            throw;
        }
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    /// <summary>An action: no body.</summary>
    public Task<Answer> PostAsync(string path) => SendAsync(HttpMethod.Post, path, null);

    public Task<Answer> PatchAsync(string path, string json) => SendAsync(HttpMethod.Patch, path, Body(Encoding.UTF8.GetBytes(json), "application/json"));

    public Task<Answer> SubmitAsync(string json) => SubmitAsync(Encoding.UTF8.GetBytes(json));

    public Task<Answer> SubmitAsync(byte[] body, string type = "application/json") => SendAsync(HttpMethod.Post, "/v1/jobs", Body(body, type));

    public Task<Answer> BulkAsync(string lines) => SendAsync(HttpMethod.Post, "/v1/jobs:bulk", Body(Encoding.UTF8.GetBytes(lines), "application/x-ndjson"));

    /// <summary>The id of a job that was accepted.</summary>
    public async Task<string> AcceptAsync(string json)
    {
        Answer answer = await SubmitAsync(json);
        Assert.True(answer.Status == 201, answer.Text);
        return answer.Json.GetProperty("id").GetString()!;
    }

    /// <summary>The result's bytes of a job that succeeds.</summary>
    public async Task<byte[]> ResultAsync(string id)
    {
        Answer answer = await GetAsync($"/v1/jobs/{id}/result?wait=60");
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Bytes;
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? body, Action<HttpRequestHeaders>? headers = null)
    {
        using HttpRequestMessage request = new(method, path) { Content = body };
        headers?.Invoke(request.Headers);
        using HttpResponseMessage response = await Client.SendAsync(request);
        return new Answer((int)response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsByteArrayAsync());
    }

    public static ByteArrayContent Body(byte[] bytes, string? type)
    {
        ByteArrayContent content = new(bytes);
        if (type is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _node.DisposeAsync();
        _store.Dispose();
    }
}
