using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Routing;
using BenchmarkDotNet.Attributes;

namespace ActorBalancer.Benchmarks.Pick;

/// <summary>
/// Akka.NET's routing logics over local actors: the pick alone, since they count nothing. <c>SmallestMailbox</c> sees actors
/// with one to three messages waiting, as a working fleet has.
/// </summary>
public class AkkaPicks
{
    private ActorSystem? _system;
    private RoutingLogic _logic = new RandomLogic();
    private Routee[] _routees = [];

    [Params("RoundRobin", "Random", "SmallestMailbox", "ConsistentHashing")]
    public string Logic { get; set; } = "";

    [Params(10, 100, 1000)]
    public int Workers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        string held = $"held {{ type = \"{typeof(HeldConfigurator).AssemblyQualifiedName}\" }}";
        _system = ActorSystem.Create("pick", ConfigurationFactory.ParseString($"{held}\nakka.loglevel = OFF\nakka.stdout-loglevel = OFF"));
        var props = Props.Create<Sink>().WithDispatcher("held");
        HeldDispatcher.Runs = true;
        var actors = Enumerable.Range(0, Workers).Select(_ => _system.ActorOf(props)).ToArray();
        Task.WaitAll([.. actors.Select(actor => actor.Ask<string>("started?"))]);
        HeldDispatcher.Runs = false;
        for (int i = 0; i < Workers * 2; i++)
            for (int n = 0; i % Workers % 3 >= n; n++) actors[i % Workers].Tell("job");
        _routees = [.. actors.Select(actor => new ActorRefRoutee(actor))];
        _logic = Logic switch
        {
            "RoundRobin" => new RoundRobinRoutingLogic(),
            "Random" => new RandomLogic(),
            "SmallestMailbox" => new SmallestMailboxRoutingLogic(),
            _ => new ConsistentHashingRoutingLogic(_system, 10, message => message),
        };
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        HeldDispatcher.Runs = true;
        _ = _system?.Terminate();
    }

    [Benchmark(OperationsPerInvoke = Workload.Picks)]
    public Routee Pick()
    {
        Routee picked = Routee.NoRoutee;
        for (int i = 0; i < Workload.Picks; i++) picked = _logic.Select(Workload.Sources[i], _routees);
        return picked;
    }

    private sealed class Sink : ReceiveActor
    {
        public Sink() => ReceiveAny(message => Sender.Tell(message));
    }

    /// <summary>Holds its actors still, so that what they are told stays in their mailboxes.</summary>
    public sealed class HeldConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : MessageDispatcherConfigurator(config, prerequisites)
    {
        public override MessageDispatcher Dispatcher() => new HeldDispatcher(this);
    }

    private sealed class HeldDispatcher(MessageDispatcherConfigurator configurator) : MessageDispatcher(configurator)
    {
        public static bool Runs { get; set; }

        protected override void ExecuteTask(IRunnable run)
        {
            if (Runs) ThreadPool.UnsafeQueueUserWorkItem(_ => run.Run(), null);
        }

        protected override void Shutdown()
        {
        }
    }
}
