using System.Diagnostics;
using ActorBalancer.Benchmarks.Durable;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using Akka.Actor;
using Akka.Cluster.Routing;
using Akka.Configuration;
using Akka.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>The processes of a measurement: this one as router and client, and the workers; ours and the peer's actors in each.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private static readonly TimeSpan s_startTime = TimeSpan.FromSeconds(60);

    private readonly BalancerNode _node;
    private readonly ServiceProvider _services;

    private Stage(BalancerNode node, ServiceProvider services, WorkerProcess[] workers)
    {
        (_node, _services, Workers) = (node, services, workers);
        ClusterRouterGroupSettings group = new(1_000, [PeerWorker.Path], false, BalancerConfiguration.Defaults().RoleNames.Worker);
        PeerRouter = node.System.ActorOf(new ClusterRouterGroup(new RoundRobinGroup(PeerWorker.Path), group).Props(), "peer-router");
        Peer = node.System.ActorOf(PeerClient.Props(PeerRouter), "peer-client");
    }

    public JobClient Client => _node.Client;

    /// <summary>A bare cluster-aware router over the worker processes.</summary>
    public IActorRef PeerRouter { get; }

    public IActorRef Peer { get; }

    public WorkerProcess[] Workers { get; }

    /// <summary>Starts all, and returns when every worker can be reached in both ways.</summary>
    /// <param name="workers">Worker processes.</param>
    /// <param name="store">Of the router; null: memory.</param>
    /// <param name="starts">The file in which workers note when jobs start, see <see cref="StartTimes"/>; null: they run no such jobs.</param>
    public static async Task<Stage> StartAsync(int workers, IJobStore? store = null, string? starts = null)
    {
        BalancerOptions options = BalancerConfiguration.Defaults() with { Store = StoreNames.Memory };
        ServiceProvider services = new ServiceCollection().BuildServiceProvider();
        BalancerNode node = await BalancerNode.StartAsync(new NodeSettings
        {
            Options = options with
            {
                Name = "router",
                Roles = [NodeRoles.Router],
                Remoting = options.Remoting with { Port = 0 },

                // What is outstanding is for the benchmark to say, and no worker starts slowly in it.
                Memory = options.Memory with { MaxWaiting = int.MaxValue },
                Metrics = options.Metrics with { SlowStart = TimeSpan.Zero },
            },
            Akka = ConfigurationFactory.ParseString(PeerSerializer.Wiring).WithFallback(ConfigurationFactory.ParseString(RouterMeter.Wiring)),
            Services = services,
            Store = store,
            Logs = ProblemLog.Factory,
        });
        string seed = node.Address[(node.Address.IndexOf('@', StringComparison.Ordinal) + 1)..];
        Stage stage = new(node, services, [.. Enumerable.Range(1, workers).Select(n => WorkerProcess.Start(n, seed, starts))]);
        try
        {
            await stage.ReadyAsync();
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
        return stage;
    }

    public async ValueTask DisposeAsync()
    {
        ProblemLog.End();
        await Task.WhenAll(Workers.Select(worker => Task.Run(worker.Dispose)));
        await _node.DisposeAsync();
        await _services.DisposeAsync();
    }

    private async Task ReadyAsync()
    {
        long since = Stopwatch.GetTimestamp();
        while (await OursAsync() < Workers.Length || await PeersAsync() < Workers.Length)
        {
            if (Stopwatch.GetElapsedTime(since) > s_startTime)
                throw new TimeoutException($"after {s_startTime.TotalSeconds:0} s not all {Workers.Length} workers had joined");
            await Task.Delay(50);
        }
    }

    private async Task<int> OursAsync() => (await Client.ListWorkersAsync()).Count(w => w.State == WorkerState.Up);

    private async Task<int> PeersAsync() => (await PeerRouter.Ask<Routees>(GetRoutees.Instance)).Members.Count();
}
