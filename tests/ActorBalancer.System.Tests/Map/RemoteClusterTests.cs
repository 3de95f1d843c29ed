using System.Text;
using System.Text.Json;
using ActorBalancer.Node.Map;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ActorBalancer.SystemTests.Map;

/// <summary>A map over a cluster that answers the second of its bulk requests as a test wants.</summary>
public sealed class RemoteClusterTests : IAsyncLifetime
{
    private const int Payloads = 6;

    private readonly WebApplication _api;
    private readonly List<string> _accepted = [];
    private int _requests;
    private (int Status, string Code) _second;

    public RemoteClusterTests()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        _api = builder.Build();
        _api.Urls.Add("http://127.0.0.1:0");
        _api.Run(AnswerAsync);
    }

    public Task InitializeAsync() => _api.StartAsync();

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Theory]
    [InlineData(429, "queue_full")]
    [InlineData(422, "invalid")]
    public async Task What_a_refusal_leaves_is_sent_once_and_nothing_accepted_is_sent_again(int status, string code)
    {
        _second = (status, code);
        List<MapEnd> ends = await RunAsync();
        Assert.Equal(Enumerable.Range(0, Payloads).Select(i => $"{i}"), _accepted);
        Assert.Equal(Enumerable.Range(0, Payloads).Select(i => (i, $"{i}")), ends.Select(e => ((int)e.Number, Encoding.UTF8.GetString(e.Result!.Value.Span))));
    }

    [Fact]
    public async Task What_may_have_been_accepted_fails_and_is_not_sent_again()
    {
        _second = (503, "outcome_unknown");
        List<MapEnd> ends = await RunAsync();
        Assert.Equal(2, _requests);
        Assert.Equal(Payloads, ends.Count);
        Assert.InRange(_accepted.Count, 1, Payloads - 1);
        Assert.All(ends[.._accepted.Count], e => Assert.NotNull(e.Result));
        Assert.All(ends[_accepted.Count..], e => Assert.True(e.IsFinal && e.Error!.StartsWith("outcome_unknown", StringComparison.Ordinal)));
    }

    /// <summary>The ends by number, of payloads too large for one request.</summary>
    private async Task<List<MapEnd>> RunAsync()
    {
        await using RemoteCluster cluster = new(new MapArguments { Command = [], Url = new Uri(_api.Urls.First()) }, TimeProvider.System);
        List<MapEnd> ends = [];
        await foreach (MapEnd end in cluster.RunAsync(AllAsync(), CancellationToken.None))
            ends.Add(end);
        return [.. ends.OrderBy(e => e.Number)];

#pragma warning disable CS1998 // All are there at once, so that they go together.
        static async IAsyncEnumerable<byte[]> AllAsync()
#pragma warning restore CS1998
        {
            for (int i = 0; i < Payloads; i++)
                yield return Encoding.ASCII.GetBytes($"\"{i}{new string(' ', 1 << 20)}\"");
        }
    }

    /// <summary>A job's id and its result are what its payload begins with.</summary>
    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.Value!.Split('/') is [.., var id, "result"])
        {
            await context.Response.WriteAsync(id);
            return;
        }
        using StreamReader reader = new(context.Request.Body);
        string[] lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (++_requests == 2)
        {
            context.Response.StatusCode = _second.Status;
            await context.Response.WriteAsync($$"""{"code":"{{_second.Code}}","detail":"as the test wants"}""");
            return;
        }
        foreach (string line in lines)
        {
            using JsonDocument job = JsonDocument.Parse(line);
            _accepted.Add(job.RootElement.GetProperty("payload").GetString()!.Trim());
            await context.Response.WriteAsync($$"""{"id":"{{_accepted[^1]}}"}{{"\n"}}""");
        }
    }
}
