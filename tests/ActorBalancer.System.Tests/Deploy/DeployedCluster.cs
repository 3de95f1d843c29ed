using System.Text.Json;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Deploy;

/// <summary>A router and a worker, started as the Kubernetes files say, as far as one host can.</summary>
public sealed class DeployedCluster : IAsyncLifetime
{
    private readonly List<CommandRun> _runs = [];

    internal const string WorkerPod = "actorbalancer-worker-7d9f-x2x";

    internal Uri Router { get; private set; } = null!;

    internal Uri Worker { get; private set; } = null!;

    internal string Seed { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        JsonElement router = await StartAsync(Workload.OfKubernetes(DeployFolder.Kubernetes("router", "StatefulSet"), "actorbalancer-router-0"), null);
        Router = new Uri(router.GetProperty("http").GetString()!);
        string akka = router.GetProperty("akka").GetString()!;
        Seed = akka[(akka.IndexOf('@', StringComparison.Ordinal) + 1)..];
        JsonElement worker = await StartAsync(Workload.OfKubernetes(DeployFolder.Kubernetes("worker", "Deployment"), WorkerPod), Seed);
        Worker = new Uri(worker.GetProperty("http").GetString()!);
    }

    public async Task DisposeAsync()
    {
        foreach (CommandRun run in _runs)
            await run.DisposeAsync();
    }

    /// <summary>Starts it and waits for its ready line.</summary>
    internal async Task<JsonElement> StartAsync(Workload workload, string? seed)
    {
        CommandRun run = workload.Start(seed);
        _runs.Add(run);
        string? line = await run.FirstLineAsync().WaitAsync(Eventually.Deadline);
        Assert.True(line is not null, line is null ? await run.Error : "");
        return JsonDocument.Parse(line!).RootElement;
    }
}
