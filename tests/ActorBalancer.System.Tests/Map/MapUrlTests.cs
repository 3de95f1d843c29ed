using System.Text;
using ActorBalancer.Client;
using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Map;

/// <summary>A map over a cluster that runs already.</summary>
public sealed class MapUrlTests : IAsyncLifetime
{
    private readonly List<ChildNode> _nodes = [];
    private string _url = "", _seed = "";

    public async Task InitializeAsync()
    {
        ReadyLine router = await StartAsync("router", ["--role", "router"]);
        (_url, _seed) = (router.Http!, router.Seed);
    }

    public async Task DisposeAsync()
    {
        foreach (ChildNode node in _nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task It_equals_the_local_one_and_shares_by_the_strategy_asked_for()
    {
        await AddWorkerAsync("one");
        await AddWorkerAsync("two");
        byte[] items = [(byte)'a', 0xFF, .. Encoding.ASCII.GetBytes("\n3\n" + string.Join('\n', Enumerable.Range(100, 200)))];
        MapAnswer answer = await MapCall.RunAsync(
            items, "--url", _url, "--strategy", "round-robin", "--keep-order", "--", "sh", "-c", "printf '%s\\n' \"$1\"; [ \"$1\" != 3 ]", "sh");
        Assert.Equal((1, "3: exit code 1\nmap: 201 done, 1 failed\n"), (answer.ExitCode, answer.Error));
        Assert.Equal([.. items, (byte)'\n'], answer.Output);

        using BalancerClient client = new(new Uri(_url));
        Assert.Equal("round-robin", (await client.GetQueueAsync("map")).Strategy);
    }

    [Fact]
    public async Task Items_that_the_cluster_cannot_take_fail_alone()
    {
        await AddWorkerAsync("one");
        // Three times the item is more than a payload may have; a result has its limit too.
        byte[] items = [.. "1\n"u8, .. Enumerable.Repeat((byte)'9', 100_000), .. "\n70000\n2\n"u8];
        MapAnswer answer = await MapCall.RunAsync(items, "--url", _url, "--keep-order", "--", "sh", "-c", "head -c $1 /dev/zero", "sh", "{}", "{}", "{}");
        Assert.Equal(1, answer.ExitCode);
        Assert.Equal(new byte[3], answer.Output);
        string[] errors = answer.Error.TrimEnd().Split('\n');
        Assert.Contains("too_large", errors[0], StringComparison.Ordinal);
        Assert.Contains("70000", errors[1], StringComparison.Ordinal);
        Assert.Equal("map: 2 done, 2 failed", errors[2]);
    }

    [Fact]
    public async Task Ctrl_C_cancels_what_runs()
    {
        await AddWorkerAsync("one");
        await using MapCall map = MapCall.Start("--url", _url, "--", "sleep", "{}");
        await map.Input.WriteAsync("999\n998\n"u8.ToArray());
        await map.Input.FlushAsync();
        using BalancerClient client = new(new Uri(_url));
        await Eventually.IsTrue(async () => (await client.ListJobsAsync(new JobQuery { State = "running" })).Items.Count == 2, "both run");
        Signals.Send(map.Pid, Signals.Interrupt);
        Assert.Equal(130, await map.ExitAsync());
        await Eventually.IsTrue(async () => (await client.ListJobsAsync(new JobQuery { State = "cancelled" })).Items.Count == 2, "both are cancelled");
    }

    [Fact]
    public async Task A_cluster_that_runs_no_commands_refuses_and_none_at_all_is_unreachable()
    {
        MapAnswer refused = await MapCall.RunAsync("1\n"u8.ToArray(), "--url", _url, "--", "echo");
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("unknown_kind", refused.Error, StringComparison.Ordinal);
        Assert.Contains("worker.exec.allow", refused.Error, StringComparison.Ordinal);
        MapAnswer unreachable = await MapCall.RunAsync("1\n"u8.ToArray(), "--url", "http://127.0.0.1:1", "--", "echo");
        Assert.Equal(3, unreachable.ExitCode);
        Assert.Contains("--url", unreachable.Error, StringComparison.Ordinal);
    }

    private async Task AddWorkerAsync(string name)
    {
        await StartAsync(
            name, ["--role", "worker", "--seed", _seed, "--slots", "2"],
            new KeyValuePair<string, string>("ACTORBALANCER__WORKER__EXEC__ALLOW__0", "sh"),
            new KeyValuePair<string, string>("ACTORBALANCER__WORKER__EXEC__ALLOW__1", "sleep"),
            new KeyValuePair<string, string>("ACTORBALANCER__WORKER__EXEC__OUTPUT", "100000"));
        using BalancerClient client = new(new Uri(_url));
        await Eventually.IsTrue(async () => (await client.ListWorkersAsync()).Any(w => w.Name == name && w.State == "up"), $"{name} is up");
    }

    private async Task<ReadyLine> StartAsync(string name, string[] arguments, params KeyValuePair<string, string>[] settings)
    {
        ChildNode node = ChildNode.Start(name, typeof(ChildNode).Assembly.Location, [.. arguments, "--port", "0"], [StoreOfTests.Memory, .. settings]);
        _nodes.Add(node);
        return await node.Ready.WaitAsync(Eventually.Deadline);
    }
}
