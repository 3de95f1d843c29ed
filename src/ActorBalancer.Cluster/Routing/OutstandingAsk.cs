using Akka.Actor;

namespace ActorBalancer.Cluster.Routing;

/// <summary>
/// Stands for the asker at the routee: gets the answer, on this node or from another, counts the ask as over and hands the answer on. What
/// it has in <see cref="Since"/>, <see cref="Older"/>, <see cref="Newer"/> and <see cref="IsOver"/> belongs to the fleet, under its lock.
/// </summary>
internal sealed class OutstandingAsk : MinimalActorRef
{
    private readonly RouteeFleet _fleet;
    private readonly IActorRef _asker;

    private OutstandingAsk(RouteeFleet fleet, RouteeSeat seat, IActorRef asker)
    {
        (_fleet, Seat, _asker) = (fleet, seat, asker);
        Path = fleet.Provider.TempPath();
    }

    public RouteeSeat Seat { get; }

    public TimeSpan Since { get; set; }

    public OutstandingAsk? Older { get; set; }

    public OutstandingAsk? Newer { get; set; }

    public bool IsOver { get; set; }

    public override ActorPath Path { get; }

    public override IActorRefProvider Provider => _fleet.Provider;

    /// <summary>Whether somebody waits for the answer: Akka gives each ask a sender of its own under <c>/temp</c>.</summary>
    public static bool Is(IActorRef? sender) => sender is not null && sender.Path is { Depth: 2 } path && path.Parent.Name == "temp";

    public static OutstandingAsk Begin(RouteeFleet fleet, RouteeSeat seat, IActorRef asker)
    {
        OutstandingAsk ask = new(fleet, seat, asker);
        fleet.Provider.RegisterTempActor(ask, ask.Path);
        fleet.Began(ask);
        return ask;
    }

    /// <summary>Nobody answers any more; a late answer goes to dead letters.</summary>
    public void Forget() => _fleet.Provider.UnregisterTempActor(Path);

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (_fleet.Finished(this))
            Forget();
        // A second answer, or one that comes late: the asker's own reference does what it does without us.
        _asker.Tell(message, sender);
    }
}
