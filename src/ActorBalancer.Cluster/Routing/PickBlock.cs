using Akka.Routing;

namespace ActorBalancer.Cluster.Routing;

/// <summary>
/// Picks that a strategy has made ahead, for one array of routees: senders take them in order, by one atomic step and no lock. For
/// strategies whose picks depend neither on the message nor on what is outstanding, so that the sequence is theirs exactly.
/// </summary>
internal sealed class PickBlock(Routee[] routees, RouteeSeat[] seats)
{
    /// <summary>So many messages at most are still divided by the weights and routees of before a change; who left or weighs 0 gets none of them.</summary>
    public const int Length = 64;

    private int _taken;

    public Routee[] Routees => routees;

    /// <summary>Null: all are taken.</summary>
    public RouteeSeat? Take()
    {
        // Looked at first, so that it cannot grow until it wraps.
        if (Volatile.Read(ref _taken) >= seats.Length)
            return null;
        int place = Interlocked.Increment(ref _taken) - 1;
        return place < seats.Length ? seats[place] : null;
    }

    /// <summary>Takes all that are left.</summary>
    public ReadOnlySpan<RouteeSeat> TakeRest() => seats.AsSpan(Math.Min(Interlocked.Exchange(ref _taken, seats.Length), seats.Length));
}
