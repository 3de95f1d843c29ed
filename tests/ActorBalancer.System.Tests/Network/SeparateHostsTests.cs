using ActorBalancer.Node.Certs;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Network;

/// <summary>A router and two workers on hosts of their own: names, routes and cables, no shared loopback, every port over TLS.</summary>
public sealed class SeparateHostsTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly string[] Hosts = ["router", "w1", "w2"];
    private static readonly string[] Unfinished = ["lost", "released"];

    private readonly string _folder = Directory.CreateTempSubdirectory("lab").FullName;
    private readonly List<LabNode> _nodes = [];
    private NetworkLab? _lab;
    private CertsReport _certs = null!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (LabNode node in _nodes)
            await node.DisposeAsync();
        if (_lab is not null)
            await _lab.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        foreach (LabNode node in _nodes)
            output.WriteLine($"--- {node.Host}\n{node.Log}");
    }

    [SkippableFact]
    public async Task Cluster_over_tls_survives_a_killed_node_and_a_cut_cable()
    {
        string? obstacle = await NetworkLab.ObstacleAsync();
        Skip.If(obstacle is not null, obstacle);
        _lab = await NetworkLab.CreateAsync(Hosts);
        _certs = new CertsFolder(_folder, TimeProvider.System).Make([.. Hosts.Select(NetworkLab.NameOf)], 1, force: false);
        LabNode router = Start("router", "--role", "router");
        await router.Ready.WaitAsync(Eventually.Deadline);
        using LabApi api = new("router", _lab.AddressOf("router"), _certs.Ca);
        LabNode first = StartWorker("w1"), second = StartWorker("w2");
        await api.StateAsync("w1", "up");
        await api.StateAsync("w2", "up");
        CheckOnce(await RunsAsync(api, await api.SubmitAsync(200, 1)), "nobody");

        // A node dies: its life port refuses, so its jobs run elsewhere at once.
        string[] jobs = await api.SubmitAsync(40, 1_000);
        await api.RunsAsync("w1");
        first.Kill();
        Assert.NotEqual(0, CheckOnce(await RunsAsync(api, jobs), "w1"));
        first = StartWorker("w1");
        await api.StateAsync("w1", "up");

        // A cable is cut: nothing tells a dead node from a silent one, so its jobs run elsewhere after the silence.
        jobs = await api.SubmitAsync(40, 1_000);
        await api.RunsAsync("w2");
        await _lab.CutAsync("w2");
        Assert.NotEqual(0, CheckOnce(await RunsAsync(api, jobs), "w2"));
        await _lab.HealAsync("w2");

        // It comes back by itself, or ends with 75 for its supervisor, who is this test.
        await Eventually.IsTrue(async () =>
        {
            if (second.HasExited)
            {
                Assert.Equal(75, second.ExitCode);
                second = StartWorker("w2");
            }
            return !second.HasExited && (await api.WorkersAsync()).GetValueOrDefault("w2") == "up";
        }, "w2 is up again");
        await Eventually.IsTrue(async () =>
        {
            LabRun[][] afterwards = await RunsAsync(api, await api.SubmitAsync(60, 300));
            CheckOnce(afterwards, "nobody");
            return afterwards.Select(runs => runs[^1].Worker).Distinct().Count() == 2;
        }, "both workers run jobs again");
        Assert.False(router.HasExited);
        Assert.False(first.HasExited);
    }

    private LabNode Start(string host, params string[] arguments)
    {
        LabNode node = new(_lab!, host, _certs, arguments);
        _nodes.Add(node);
        return node;
    }

    private LabNode StartWorker(string host) => Start(host, "--role", "worker", "--slots", "4", "--seed", $"{NetworkLab.NameOf("router")}:8601");

    private static async Task<LabRun[][]> RunsAsync(LabApi api, string[] jobs)
    {
        List<LabRun[]> all = [];
        foreach (string job in jobs)
            all.Add(await api.RunsOfAsync(job));
        return [.. all];
    }

    /// <summary>
    /// Every job succeeded in exactly one run, the last; those before it were lost or handed back, for a busy machine may take any node
    /// for a dead one. Gives how many were lost with this node.
    /// </summary>
    private int CheckOnce(LabRun[][] jobs, string lost)
    {
        foreach (LabRun[] runs in jobs)
        {
            Assert.Equal("succeeded", runs[^1].Outcome);
            Assert.All(runs[..^1], run => Assert.Contains(run.Outcome, Unfinished));
        }
        int again = jobs.Count(runs => runs.Contains(new LabRun(lost, "lost")));
        output.WriteLine($"{jobs.Length} jobs, {again} of them run again because of {lost}");
        return again;
    }
}
