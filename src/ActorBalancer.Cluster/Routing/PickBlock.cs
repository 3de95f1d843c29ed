using Akka.Routing;

namespace ActorBalancer.Cluster.Routing;

/// <summary>
/// Picks that a strategy has made ahead, for one array of routees: senders take them in order, by one atomic step and no lock. For
/// strategies whose picks depend neither on the message nor on what is outstanding, so that the sequence is theirs exactly.
/// </summary>
internal sealed class PickBlock
{
    /// <summary>So many messages at most are still divided by the weights and routees of before a change; who left or weighs 0 gets none of them.</summary>
    public const int Length = 64;

    /// <summary>The longest period that is kept, rather than that many are dealt again and again.</summary>
    public const int LongestPeriod = 4_096;

    // A short period is written down as often as that has room, so that few picks begin it again.
    private const int Room = 1_024;

    // Where nothing else is that senders read, since each of their steps takes its cache line from the others.
    private const int Taken = 16;

    private readonly long[] _counter = new long[2 * Taken];
    private readonly RouteeSeat[] _seats;
    private readonly int _period;

    /// <param name="routees">The array of Akka's that they are for.</param>
    /// <param name="seats">In the order of the strategy.</param>
    /// <param name="isPeriod">The strategy would go on with the same again and again.</param>
    public PickBlock(Routee[] routees, RouteeSeat[] seats, bool isPeriod)
    {
        Routees = routees;
        _period = isPeriod ? seats.Length : 0;
        _seats = isPeriod ? [.. Enumerable.Repeat(seats, Math.Max(1, Room / seats.Length)).SelectMany(s => s)] : seats;
    }

    public Routee[] Routees { get; }

    /// <summary>Null: all are taken.</summary>
    public RouteeSeat? Take()
    {
        long place = Interlocked.Increment(ref _counter[Taken]) - 1;
        RouteeSeat[] seats = _seats;
        if ((ulong)place < (ulong)seats.Length)
            return seats[place];
        if (_period == 0)
            return null;
        // Whoever is the first behind the end sets the counter back by whole periods.
        if (place == seats.Length)
            Interlocked.Add(ref _counter[Taken], -seats.Length);
        return seats[place % seats.Length];
    }

    /// <summary>Takes all that are left, of a period those of this turn.</summary>
    public ReadOnlySpan<RouteeSeat> TakeRest()
    {
        long taken = Interlocked.Exchange(ref _counter[Taken], _seats.Length);
        int turn = _period == 0 ? _seats.Length : _period;
        int next = _period == 0 ? (int)Math.Min(taken, turn) : (int)(taken % turn);
        // What a long period leaves out is less than one message for each: it gives everybody its share at any time.
        return _period != 0 && next == 0 ? [] : _seats.AsSpan(next, Math.Min(Length, turn - next));
    }
}
