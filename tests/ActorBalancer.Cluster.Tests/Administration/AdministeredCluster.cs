using System.Collections.Concurrent;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer.Cluster.Tests.Administration;

/// <summary>A router and two workers in this process, each in an ActorSystem of its own. Jobs end when their test says so.</summary>
public sealed class AdministeredCluster : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new(StringComparer.Ordinal);

    internal BalancerNode Router { get; private set; } = null!;

    /// <summary>w1 and w2, with two slots each.</summary>
    internal BalancerNode[] Workers { get; private set; } = [];

    internal JobClient Client => Router.Client;

    public async Task InitializeAsync()
    {
        Router = await BalancerNode.StartAsync(Settings("r1", NodeRoles.Router, seeds: []));
        string seed = Router.Address[(Router.Address.IndexOf('@', StringComparison.Ordinal) + 1)..];
        Workers = await Task.WhenAll(
            BalancerNode.StartAsync(Settings("w1", NodeRoles.Worker, [seed])), BalancerNode.StartAsync(Settings("w2", NodeRoles.Worker, [seed])));
        await Poll.UntilAsync(() => Workers.All(w => w.Readiness.Count == 0) && Router.Readiness.Count == 0);
    }

    public async Task DisposeAsync()
    {
        foreach (TaskCompletionSource gate in _gates.Values)
            gate.TrySetResult();
        await Task.WhenAll(Workers.Select(w => w.DisposeAsync().AsTask()));
        await Router.DisposeAsync();
    }

    /// <summary>Jobs of the kind <c>gated</c> with this name run until it is opened.</summary>
    internal TaskCompletionSource Gate(string name) => _gates.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    internal Task<JobId> SubmitAsync(string kind, string args, string queue, int? attempts = null) => Client.SubmitAsync(kind, args, o =>
    {
        o.Queue = queue;
        o.Attempts = attempts;
    });

    internal async Task<WorkerInfo> WorkerAsync(string name) => (await Client.ListWorkersAsync()).Single(w => w.Name == name);

    private NodeSettings Settings(string name, string role, string[] seeds)
    {
        BalancerOptions options = BalancerConfiguration.Defaults() with { Store = StoreNames.Memory };
        NodeSettings settings = new()
        {
            Options = options with
            {
                Name = name,
                Roles = [role],
                Seeds = seeds,
                Remoting = options.Remoting with { Port = 0 },
                Worker = options.Worker with { Slots = 2, PrefetchJobs = 0 },
            },
            Services = new ServiceCollection().BuildServiceProvider(),
            Logs = NullLoggerFactory.Instance,
        };
        settings.Handlers.AddLambda("echo", (string text) => JobOutcome.OkWith(text));
        settings.Handlers.AddLambda("drop", (string why) => JobOutcome.Discard(why));
        settings.Handlers.AddLambda("fail", Fail);
        settings.Handlers.AddLambda("gated", async (string gate, JobContext job) =>
        {
            await Gate(gate).Task.WaitAsync(job.Cancellation);
            return JobOutcome.Ok;
        });
        return settings;
    }

    /// <summary>Until its gate is open.</summary>
    private JobOutcome Fail(string gate) => Gate(gate).Task.IsCompleted ? JobOutcome.Ok : throw new InvalidOperationException($"the gate {gate} is shut");
}
