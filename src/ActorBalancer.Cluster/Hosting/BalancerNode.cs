using System.Reflection;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Membership;
using ActorBalancer.Cluster.Metrics;
using ActorBalancer.Cluster.Router;
using ActorBalancer.Cluster.Tls;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Hosting;
using ActorBalancer.Intake;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Hosting.Logging;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>One node in this process: in an ActorSystem of its own, or as a guest in the application's.</summary>
internal sealed class BalancerNode : IAsyncDisposable
{
    // What a frame holds beside a batch of jobs: the envelope and the column heads.
    private const int FrameMargin = 16 << 10;
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    private readonly NodeSettings _settings;
    private readonly ActorSystem _system;
    private readonly bool _ownsSystem;
    private readonly IJobStore? _store;
    private readonly Lazy<Task> _storeEnds;
    private readonly RouterBoard? _board;
    private readonly WorkerEngine? _worker;
    private readonly NodeMeter _meter;
    private readonly IntakeLimits _limits;
    private readonly TaskCompletionSource<BalancerTree> _tree = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<BalancerStopped> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _gone = new();
    private volatile bool _isDraining;
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BalancerNode(NodeSettings settings, ActorSystem system, bool ownsSystem, LifePort lifePort, long incarnation, int frameSize)
    {
        (_settings, _system, _ownsSystem) = (settings, system, ownsSystem);
        BalancerOptions options = settings.Options;
        Akka.Cluster.Cluster cluster = Akka.Cluster.Cluster.Get(system);
        Name = NodeName.Of(options, cluster.SelfAddress);
        Address = cluster.SelfAddress.ToString();
        Client = settings.Client ?? new JobClient(settings.Clock);
        _store = settings.Store;
        _storeEnds = new(() => _store is null ? Task.CompletedTask : _store.DisposeAsync().AsTask());
        _gone.Token.Register(() => _ = _storeEnds.Value);
        _board = options.IsRouter ? new RouterBoard(settings.Clock) : null;
        _worker = options.IsWorker ? NodeWorker.Make(settings, Name, lifePort, incarnation) : null;
        ProcessSampler sampler = new(new SystemSource(), settings.Clock, Name, _worker is null ? 0 : incarnation, _worker is null ? null : _worker.Load.Snapshot);
        _meter = new NodeMeter(Name, _board, _worker, sampler);
        cluster.RegisterOnMemberUp(() => _joined.TrySetResult());

        _limits = new IntakeLimits();
        if (!options.IsRouter)
            _limits = _limits with { BatchBytes = Math.Min(_limits.BatchBytes, frameSize - FrameMargin) };
        system.ActorOf(BalancerActor.Props(new TreeSettings
        {
            Options = options,
            NodeName = Name,
            LifePort = lifePort,
            Incarnation = incarnation,
            Clock = settings.Clock,
            Seed = settings.Seed ?? (ulong)incarnation,
            Limits = _limits,
            Json = settings.Json,
            Store = _store,
            Sampler = sampler,
            Board = _board,
            Worker = _worker,
            Kinds = settings.Handlers.Kinds,
            ActorHandlers = settings.Handlers.Actors,
            PublishesEvents = settings.PublishesEvents,
            EndsForItsSupervisor = settings.EndsForItsSupervisor,
            Started = _tree,
            Stopped = OnStopped,
        }), BalancerActor.Name);

        if (_store is not null)
        {
            StoreKeeper keeper = new(_store, options.Retention, () => _board!.IsRegistered, settings.Clock, settings.Logs.CreateLogger<StoreKeeper>());
            _ = Task.Run(() => keeper.RunAsync(_gone.Token));
        }

        CoordinatedShutdown.Get(system).AddTask(AkkaSettings.DrainPhase, "actorbalancer-drain", DrainAsync);
        system.WhenTerminated.ContinueWith(_ => BeGone(), TaskScheduler.Default);
    }

    /// <summary>As every list and log names it.</summary>
    public string Name { get; }

    /// <summary>The cluster address, <c>akka.tcp://SYSTEM@HOST:PORT</c>; <c>akka.ssl.tcp://</c> with TLS.</summary>
    public string Address { get; }

    public JobClient Client { get; }

    public ActorSystem System => _system;

    /// <summary>What it runs by.</summary>
    public BalancerOptions Options => _settings.Options;

    /// <summary>Completes when this node is a member of its cluster.</summary>
    public Task Joined => _joined.Task;

    /// <summary>Completes if the node stops without being asked to.</summary>
    public Task<BalancerStopped> Stopped => _stopped.Task;

    /// <summary>What happens at this node's router; null on a node without one.</summary>
    public EventFeed? Events => _board?.Events;

    /// <summary>Why this node is not ready, each reason a sentence for people; empty: it is. Any thread may ask at any time.</summary>
    public IReadOnlyList<string> Readiness => Ready.Reasons(Akka.Cluster.Cluster.Get(_system), _isDraining || _stopped.Task.IsCompleted, _board, _store as IStoreUpkeep, _worker);

    /// <summary>The gateway, which also takes <see cref="SubmitJob"/>.</summary>
    public IActorRef Gateway => _tree.Task.Result.Gateway;

    /// <summary>Starts a node in an ActorSystem of its own. Without seeds a router forms its own cluster.</summary>
    /// <exception cref="BalancerConfigurationException">The settings do not fit together, or this machine does not allow them.</exception>
    public static async Task<BalancerNode> StartAsync(NodeSettings settings)
    {
        BalancerOptions options = settings.Options;
        if (options.Seeds.Count == 0 && !options.IsRouter)
        {
            throw new BalancerConfigurationException(
                [new ConfigurationError("actorbalancer.seeds", "[]", "a node that is no router needs at least one member to join")]);
        }
        if (options.IsWorker)
            ThreadPoolFloor.Raise(options.Worker.Slots == 0 ? Environment.ProcessorCount : options.Worker.Slots);

        TlsIdentity? identity = TlsFiles.Load(options.Remoting, settings.Clock);
        long incarnation = Incarnation(settings.Clock);
        Config logging = ConfigurationFactory.ParseString($"akka.loggers = [\"{typeof(LoggerFactoryLogger).FullName}, Akka.Hosting\"]");
        Config config = AkkaSettings.For(options, settings.Akka).WithFallback(logging);
        IJobStore? store = null;
        LifePort? lifePort = null;
        ActorSystem? system = null;
        try
        {
            store = await StoreAsync(settings);
            // Before anything that peers can see, so that they can always tell this process's death from a silence.
            lifePort = LifePort.Open(options.Remoting.Bind, incarnation);
            ActorSystemSetup setup = ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config), new LoggerFactorySetup(settings.Logs));
            system = ActorSystem.Create(AkkaSettings.SystemName, identity is null ? setup : setup.And(identity));
            BalancerNode node = new(settings with { Store = store }, system, ownsSystem: true, lifePort, incarnation, AkkaSettings.LargestFrame(options));
            if (options.Seeds.Count == 0)
            {
                Akka.Cluster.Cluster cluster = Akka.Cluster.Cluster.Get(system);
                cluster.Join(cluster.SelfAddress);
            }
            return await node.ConnectAsync();
        }
        catch (Exception fault)
        {
            // One that throws while it is created ends itself.
            if (system is not null)
                await system.Terminate();
            lifePort?.Close();
            if (store is not null)
                await store.DisposeAsync();
            throw StartFault.Of(fault, options.Remoting);
        }
    }

    /// <summary>Starts a node as a guest in the application's ActorSystem, of which it changes nothing.</summary>
    /// <exception cref="BalancerConfigurationException">The ActorSystem lacks what we need; it names each line to add.</exception>
    public static async Task<BalancerNode> StartInAsync(ActorSystem system, NodeSettings settings)
    {
        GuestCheck check = GuestCheck.Of(system, settings.Options);
        if (check.Faults.Count > 0)
            throw new BalancerConfigurationException(check.Faults);
        if (check.Adapted.IsWorker && check.Adapted.Worker.Drain < settings.Options.Worker.Drain)
            Log.DrainCut(settings.Logs.CreateLogger<BalancerNode>(), GuestCheck.DrainKey, check.Adapted.Worker.Drain);
        int floor = ThreadPoolFloor.For(check.Adapted.Worker.Slots == 0 ? Environment.ProcessorCount : check.Adapted.Worker.Slots);
        if (check.Adapted.IsWorker && ThreadPoolFloor.IsLow(floor))
            Log.FewThreads(settings.Logs.CreateLogger<BalancerNode>(), floor);
        long incarnation = Incarnation(settings.Clock);
        IJobStore? store = await StoreAsync(settings);
        LifePort? lifePort = null;
        try
        {
            lifePort = LifePort.Open(check.Bind, incarnation);
            BalancerNode node = new(settings with { Options = check.Adapted, Store = store }, system, ownsSystem: false, lifePort, incarnation, check.FrameSize);
            return await node.ConnectAsync();
        }
        catch
        {
            lifePort?.Close();
            if (store is not null)
                await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Drains the worker within its drain time, tells everybody who waits, gives up the registration and, in an ActorSystem of
    /// our own, leaves the cluster. As a guest the application's own shutdown does this.
    /// </summary>
    public Task StopAsync() => _ownsSystem
        ? CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance)
        : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _storeEnds.Value;
    }

    private static async Task<IJobStore?> StoreAsync(NodeSettings settings) => settings.Options.IsRouter
        ? settings.Store ?? await NodeStore.OpenAsync(settings.Options, settings.Clock, settings.Logs)
        : null;

    private async Task<BalancerNode> ConnectAsync()
    {
        BalancerTree tree = await _tree.Task;
        Client.Connect(tree.Gateway, _limits, _settings.Options.Limits.Payload, t => NodeStore.Transactions(_settings.Options, t), _gone.Token, _settings.Json);
        return this;
    }

    private async Task<Akka.Done> DrainAsync()
    {
        _isDraining = true;
        // A downed node's jobs run elsewhere by now: what it would still finish counts for nothing.
        bool wanted = CoordinatedShutdown.Get(_system).ShutdownReason is not CoordinatedShutdown.ClusterDowningReason;
        if (!_tree.Task.IsCompletedSuccessfully || _stopped.Task.IsCompleted || !wanted)
        {
            Client.Disconnect();
            return Akka.Done.Instance;
        }
        BalancerTree tree = await _tree.Task;
        TimeSpan drain = _settings.Options.Worker.Drain;
        if (tree.Worker is not null)
            await AskAsync<IWorkerProtocol.Drained>(tree.Worker, new IWorkerProtocol.Drain(drain), drain + AnswerTime);
        Client.Disconnect();
        _board?.Events.Close();
        await AskAsync<IClientProtocol.Stopped>(tree.Gateway, new IClientProtocol.Stop(), AnswerTime);
        if (tree.Router is not null)
            await AskAsync<IRouterProtocol.Released>(tree.Router, IRouterProtocol.Release.Instance, AnswerTime);
        return Akka.Done.Instance;
    }

    private async Task AskAsync<T>(IActorRef actor, object message, TimeSpan within)
    {
        try
        {
            await actor.Ask<T>(message, within);
        }
        catch (AskTimeoutException)
        {
            // The node goes down either way; what is lost is the order, and the protocol bears that.
            Log.NotInTime(_settings.Logs.CreateLogger<BalancerNode>(), actor.Path.Name, message.GetType().Name);
        }
    }

    private void BeGone()
    {
        Client.Disconnect();
        _board?.Events.Close();
        _worker?.Dispose();
        _meter.Dispose();
        _gone.Cancel();
    }

    private void OnStopped(BalancerStopped stopped)
    {
        // The gateway ends now, and tells those it knows of; the rest hears it when the system has ended.
        Client.Disconnect();
        _stopped.TrySetResult(stopped);
        if (_ownsSystem)
            _ = StopAsync();
        else
            _gone.CancelAfter(AnswerTime);
        try
        {
            _settings.OnStopped?.Invoke(stopped);
        }
        catch (Exception fault)
        {
            Log.OnStoppedThrew(_settings.Logs.CreateLogger<BalancerNode>(), fault, Name);
        }
    }

    /// <summary>Microseconds since 1970: larger than that of any earlier process of this name.</summary>
    private static long Incarnation(TimeProvider clock) => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
