using System.Diagnostics.CodeAnalysis;
using ActorBalancer.Strategies;
using Akka.Routing;

namespace ActorBalancer.Cluster.Routing;

/// <summary>
/// The strategy <c>random</c> of one choice for many senders at once, for one array of routees and one set of weights: a draw by weight in
/// constant time, without a lock (Walker, "An efficient method for generating discrete random variables with general distributions",
/// ACM TOMS 3(3), 1977; the table as Vose fills it, IEEE TSE 17(9), 1991). Every sending thread has dice of its own. A share is off by less than 2^-31.
/// </summary>
internal sealed class RouteeDraw
{
    private readonly Routee[] _routees;
    private readonly Column[] _columns;
    private readonly Draws _draws;

    /// <param name="routees">The array of Akka's that it is for.</param>
    /// <param name="seats">Those who take messages.</param>
    /// <param name="weights">Theirs, above 0.</param>
    /// <param name="draws">Goes on where the draws of before stopped.</param>
    public RouteeDraw(Routee[] routees, RouteeSeat[] seats, long[] weights, Draws draws)
    {
        (_routees, _draws, _columns) = (routees, draws, new Column[seats.Length]);
        // In units of 1/(n x total): each column holds a total of them, of at most two seats.
        long total = weights.Sum();
        Int128[] left = [.. weights.Select(w => (Int128)w * seats.Length)];
        Stack<int> small = [], large = [];
        for (int i = 0; i < seats.Length; i++)
            (left[i] < total ? small : large).Push(i);
        while (small.TryPop(out int few))
        {
            // With whole numbers somebody always has what another lacks.
            int many = large.Pop();
            _columns[few] = new Column((ulong)((left[few] << 32) / total), seats[few], seats[many]);
            left[many] -= total - left[few];
            (left[many] < total ? small : large).Push(many);
        }
        foreach (int whole in large)
            _columns[whole] = new Column(1UL << 32, seats[whole], seats[whole]);
    }

    public Routee[] Routees => _routees;

    /// <summary>Null: nobody takes messages.</summary>
    public RouteeSeat? Next()
    {
        if (_columns.Length == 0)
            return null;
        ulong point = _draws.Next();
        ref readonly Column column = ref _columns[(int)((point >> 32) * (ulong)_columns.Length >> 32)];
        return (uint)point < column.Own ? column.Seat : column.Other;
    }

    /// <summary>SplitMix64, a stream for each thread: the first that draws has that of the seed, the next ones those of numbers mixed from it.</summary>
    [SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Akka tells no routing logic that its router has ended; a ThreadLocal that nobody reaches is freed.")]
    internal sealed class Draws(ulong seed)
    {
        private const ulong Golden = 0x9E3779B97F4A7C15;
        private readonly ThreadLocal<Stream> _streams = StreamsOf(seed);

        public ulong Next()
        {
            Stream stream = _streams.Value!;
            return Mixer.Mix(stream.State += Golden);
        }

        private static ThreadLocal<Stream> StreamsOf(ulong seed)
        {
            long threads = -1;
            return new(() => new Stream { State = Interlocked.Increment(ref threads) is > 0 and long n ? Mixer.Mix(seed ^ Mixer.Mix((ulong)n)) : seed });
        }

        private sealed class Stream
        {
            public ulong State;
        }
    }

    /// <param name="Own">The part of this column that is its own seat's, in 2^32 parts.</param>
    /// <param name="Seat">Its own.</param>
    /// <param name="Other">Who has the rest.</param>
    private readonly record struct Column(ulong Own, RouteeSeat Seat, RouteeSeat Other);
}
