using System.Diagnostics;
using System.Text.Json;
using ActorBalancer.SystemTests.Http;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Store;

/// <summary>What the tests of stores in trouble ask of a node over HTTP.</summary>
internal static class StoreNode
{
    /// <summary>What the contract allows an answer to take, and what a busy machine may add.</summary>
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(5) + TimeSpan.FromSeconds(5);

    public static Task<HttpNode> StartAsync(string file, params (string Name, string Value)[] settings) =>
        HttpNode.StartAsync([], [("ACTORBALANCER__SQLITE__FILE", file), .. settings]);

    /// <summary>A submit is refused in time, by a code that says that the job was not accepted, or that nobody knows.</summary>
    public static async Task<string> RefusedAsync(this HttpNode node)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Answer answer = await node.SubmitAsync("""{"kind":"echo","payload":0}""");
        Assert.True(watch.Elapsed < InTime, $"answered after {watch.Elapsed}");
        Assert.True(answer.Status is 503 or 507, answer.Text);
        Assert.NotNull(answer.Headers.RetryAfter);
        return answer.Code!;
    }

    /// <summary>Lives, says why it is not ready, and refuses.</summary>
    public static async Task IsInTroubleAsync(this HttpNode node, string code)
    {
        string last = "";
        try
        {
            await Eventually.IsTrue(async () => (last = await node.RefusedOrTakenAsync()) == code, $"submits are refused as {code}");
        }
        catch (Exception late)
        {
            throw new InvalidOperationException($"{late.Message}; the last was answered '{last}'", late);
        }
        Assert.Equal(200, (await node.GetAsync("/healthz")).Status);
        await Eventually.IsTrue(async () => (await node.GetAsync("/readyz")).Status == 503, "the node is not ready");
        string[] reasons = [.. (await node.GetAsync("/readyz")).Json.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()!)];
        Assert.Contains(reasons, r => r.Contains("store", StringComparison.Ordinal));
    }

    /// <summary>It takes jobs again, by itself and in the same process, and runs them.</summary>
    public static async Task IsWellAgainAsync(this HttpNode node)
    {
        await Eventually.IsTrue(async () => (await node.GetAsync("/readyz")).Status == 200, "the node is ready again");
        await node.ResultAsync(await node.AcceptAsync("""{"kind":"echo","payload":0}"""));
        Assert.False(node.Process.HasExited);
    }

    public static async Task<JsonElement> JobAsync(this HttpNode node, string id) => (await node.GetAsync($"/v1/jobs/{id}")).IsOk().Json;

    private static async Task<string> RefusedOrTakenAsync(this HttpNode node)
    {
        Answer answer = await node.SubmitAsync("""{"kind":"echo","payload":0}""");
        return answer.Status is 201 ? "" : answer.Code!;
    }
}
