using Akka.Actor;

namespace ActorBalancer.Cluster.Routing;

/// <summary>
/// Stands for the asker at the routee: gets the answer, on this node or from another, counts the ask as over and hands the answer on. What
/// it has in <see cref="Since"/>, <see cref="Older"/>, <see cref="Newer"/> and <see cref="IsOver"/> belongs to the fleet, under its lock.
/// </summary>
internal sealed class OutstandingAsk(RouteeFleet fleet, RouteeSeat seat, IActorRef asker) : MinimalActorRef
{
    // One for all: hardly any ask needs a path.
    private static readonly Lock s_naming = new();

    private ActorPath? _path;
    private bool _isForgotten;
    private bool _isFinished;

    public RouteeSeat Seat => seat;

    public TimeSpan Since { get; init; }

    public OutstandingAsk? Older { get; set; }

    public OutstandingAsk? Newer { get; set; }

    public bool IsOver { get; set; }

    /// <summary>The one below it on the fleet's stack of those that are answered.</summary>
    public OutstandingAsk? NextFinished { get; set; }

    /// <summary>Made, and made known to this node, for who wants to write it down, such as a message to another node; most answers need none.</summary>
    public override ActorPath Path
    {
        get
        {
            if (Volatile.Read(ref _path) is { } path)
                return path;
            lock (s_naming)
            {
                if (_path is not null)
                    return _path;
                path = fleet.Provider.TempPath();
                Interlocked.Exchange(ref _path, path);
                // Written before this is read, and there the other way round: one of both sees the other.
                if (!Volatile.Read(ref _isForgotten))
                    fleet.Provider.RegisterTempActor(this, path);
                return path;
            }
        }
    }

    public override IActorRefProvider Provider => fleet.Provider;

    /// <summary>Whether somebody waits for the answer: Akka gives each ask a sender of its own under <c>/temp</c>.</summary>
    public static bool Is(IActorRef? sender) =>
        sender is not (null or LocalActorRef) && (sender.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(FutureActorRef<>) || IsTemporary(sender));

    private static bool IsTemporary(IActorRef sender) => sender.Path is { Depth: 2 } path && path.Parent.Name == "temp";

    /// <summary>True for the first who says so.</summary>
    public bool Finish() => !Interlocked.Exchange(ref _isFinished, true);

    /// <summary>Nobody answers any more; a late answer from another node goes to dead letters.</summary>
    public void Forget()
    {
        Interlocked.Exchange(ref _isForgotten, true);
        if (Volatile.Read(ref _path) is not { } path)
            return;
        lock (s_naming)
            fleet.Provider.UnregisterTempActor(path);
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        fleet.Finished(this);
        Forget();
        // A second answer, or one that comes late: the asker's own reference does what it does without us.
        asker.Tell(message, sender);
    }
}
