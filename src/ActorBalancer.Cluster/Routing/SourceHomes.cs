using ActorBalancer.Strategies;
using Akka.Routing;

namespace ActorBalancer.Cluster.Routing;

/// <summary>
/// Where sources live, as far as somebody has asked, for one array of routees and one set of weights. Without a bound on load it is all that a
/// pick depends on, so that most need no lock. An entry is one word: which slot of the strategy it is, and the row.
/// </summary>
internal sealed class SourceHomes(Routee[] routees, RouteeSeat?[] rows)
{
    private const int Bits = 14;
    private const int RowBits = 24;

    private readonly int[] _entries = new int[1 << Bits];

    public Routee[] Routees => routees;

    public RouteeSeat? Find(ulong source)
    {
        int slot = SourceHashStrategy.SlotOfSource(source);
        int entry = Volatile.Read(ref _entries[slot & ((1 << Bits) - 1)]);
        return entry != 0 && entry >>> RowBits == slot >> Bits ? rows[(entry & ((1 << RowBits) - 1)) - 1] : null;
    }

    public void Set(ulong source, int row)
    {
        int slot = SourceHashStrategy.SlotOfSource(source);
        Volatile.Write(ref _entries[slot & ((1 << Bits) - 1)], slot >> Bits << RowBits | (row + 1));
    }
}
