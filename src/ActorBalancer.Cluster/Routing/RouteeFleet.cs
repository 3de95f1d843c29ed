using ActorBalancer.Strategies;
using Akka.Actor;
using Akka.Routing;

namespace ActorBalancer.Cluster.Routing;

/// <summary>One routee's place in the strategy, for as long as it is there.</summary>
internal sealed class RouteeSeat(Routee routee, RouteeName name, int row)
{
    public Routee Routee { get; } = routee;

    public RouteeName Name { get; } = name;

    public int Row { get; } = row;

    /// <summary>Written under the fleet's lock.</summary>
    public bool HasLeft { get; set; }
}

/// <summary>
/// Makes a single-threaded strategy safe for the many threads that send through a router: a short lock around what changes it. Akka gives the
/// whole array of routees with every message; only a new array is compared, by the routees' names, so that those who stay keep their place.
/// </summary>
internal sealed partial class RouteeFleet
{
    private readonly Lock _lock = new();
    private readonly RoutingOptions _options;
    private readonly RouteeWeights _weights;
    private readonly Func<TimeSpan> _clock;
    private readonly Candidates _candidates = new();

    // What is told has no end that could be seen: it is divided by weight, lest all of it go to the heaviest.
    private readonly Candidates? _told;

    // Whose picks are made ahead; null: they depend on more than who is there.
    private readonly Candidates? _dealt;
    private readonly Dictionary<(string Name, int Copy), RouteeSeat> _seats = [];
    private readonly Stack<int> _freeRows = [];
    private RouteeSeat?[] _rows = new RouteeSeat?[16];
    private Routee[] _routees = [];
    private volatile PickBlock _block = new([], [], isPeriod: false);
    private volatile SourceHomes? _homes;

    // Of random without choices; null: another strategy, or nobody has sent yet.
    private readonly RouteeDraw.Draws? _draws;
    private volatile RouteeDraw? _draw;

    public RouteeFleet(RoutingOptions options, RouteeWeights weights, IActorRefProvider provider, Func<TimeSpan> clock, ulong seed)
    {
        (_options, _weights, Provider, _clock) = (options, weights, provider, clock);
        StrategyCatalog.Create(options.Strategy, _candidates, options.OfStrategy, seed);
        if (options.PicksByAsks)
            StrategyCatalog.Create("weighted-round-robin", _told = new Candidates(), StrategyOptions.Default, seed);
        _dealt = _told ?? (options.CountsAsks || options.HashesSources ? null : _candidates);
        if (_dealt is not null && options.Strategy == "random")
            _draws = new RouteeDraw.Draws(seed);
        if (options.HashesSources && !options.CountsAsks)
            _homes = new SourceHomes(_routees, _rows);
    }

    public IActorRefProvider Provider { get; }

    /// <summary>The routee for the next message that nobody waits for; null: none takes any.</summary>
    public RouteeSeat? Pick(Routee[] routees, ulong source)
    {
        if (_draws is not null)
            return (_draw is { } draw && ReferenceEquals(draw.Routees, routees) ? draw : DrawOf(routees)).Next();
        if (_dealt is null)
            return _homes is { } homes && ReferenceEquals(homes.Routees, routees) && homes.Find(source) is { } home ? home : PickLocked(routees, source);
        PickBlock block = _block;
        return ReferenceEquals(block.Routees, routees) && block.Take() is { } seat ? seat : Deal(routees);
    }

    /// <summary>What the weights are made from has changed.</summary>
    public void Reweigh()
    {
        lock (_lock)
        {
            foreach (RouteeSeat seat in _seats.Values)
            {
                int weight = _weights.Of(seat.Name);
                _candidates.SetWeight(seat.Row, weight, Slots);
                _told?.SetWeight(seat.Row, weight, Slots);
            }
            Changed();
            if (_dealt is not null && _draws is null)
                _block = NextBlock();
        }
    }

    private RouteeSeat? PickLocked(Routee[] routees, ulong source)
    {
        lock (_lock)
        {
            Follow(routees);
            // Also when nobody asks any more: a told message looks at the count too.
            EndFinished();
            Expire();
            int row = _candidates.Pick(source);
            if (row < 0)
                return null;
            _homes?.Set(source, row);
            return _rows[row];
        }
    }

    private RouteeSeat? Deal(Routee[] routees)
    {
        lock (_lock)
        {
            Follow(routees);
            // Somebody may have come first.
            if (ReferenceEquals(_block.Routees, routees) && _block.Take() is { } seat)
                return seat;
            PickBlock next = NextBlock();
            RouteeSeat? first = next.Take();
            _block = next;
            return first;
        }
    }

    /// <summary>First what was picked before and not taken, so that nobody loses a turn by a change; and when all of that is taken, a whole period if it is short.</summary>
    private PickBlock NextBlock()
    {
        List<RouteeSeat> seats = new(PickBlock.Length);
        foreach (RouteeSeat seat in _block.TakeRest())
        {
            if (!seat.HasLeft && _dealt!.IsOpen(seat.Row))
                seats.Add(seat);
        }
        (int period, long unit) = seats.Count == 0 ? Period() : (0, 0);
        int length = period > 0 ? period : PickBlock.Length;
        while (seats.Count < length && _dealt!.Pick(0) is >= 0 and int row)
            seats.Add(_rows[row]!);
        // After a change somebody may be owed more than half a pick, and the first periods make up for that: they are no period to keep.
        bool repeats = period > 0 && seats.GroupBy(s => s).All(g => g.Count() * unit == Share(g.Key));
        return new PickBlock(_routees, [.. seats], repeats);
    }

    /// <summary>After how many picks the strategy may begin again, and the share that one of them is; 0: after too many to keep.</summary>
    private (int Length, long Unit) Period()
    {
        long total = 0, unit = 0;
        foreach (RouteeSeat seat in _seats.Values.Where(s => _dealt!.IsOpen(s.Row)))
        {
            long weight = Share(seat);
            total += weight;
            for (long rest = weight; rest > 0;)
                (unit, rest) = (rest, unit % rest);
        }
        return unit > 0 && total / unit <= PickBlock.LongestPeriod ? ((int)(total / unit), unit) : (0, 0);
    }

    private long Share(RouteeSeat seat) => _told is null && _options.Strategy == "round-robin" ? 1 : _dealt!.Weight(seat.Row);

    private RouteeDraw DrawOf(Routee[] routees)
    {
        lock (_lock)
        {
            Follow(routees);
            return _draw!;
        }
    }

    private void Changed()
    {
        if (_homes is not null)
            _homes = new SourceHomes(_routees, [.. _rows]);
        if (_draws is null)
            return;
        RouteeSeat[] open = [.. _seats.Values.Where(s => _dealt!.IsOpen(s.Row))];
        _draw = new RouteeDraw(_routees, open, [.. open.Select(s => (long)_dealt!.Weight(s.Row))], _draws);
    }

    /// <summary>Without a bound on its load a routee is never full.</summary>
    private int Slots => _options.HashesSources && _options.LoadFactor is null ? int.MaxValue : 1;

    private void Follow(Routee[] routees)
    {
        if (ReferenceEquals(routees, _routees))
            return;
        HashSet<(string, int)> present = new(routees.Length);
        List<((string, int) Key, RouteeName Name, Routee Routee)> added = [];
        foreach (Routee routee in routees)
        {
            RouteeName name = RouteeName.Of(routee, Provider.DefaultAddress);
            (string, int) key = (name.Full, 0);
            // A path that is listed twice gets twice as much, as with Akka's.
            while (!present.Add(key))
                key.Item2++;
            // An actor that was made again under its name is another one.
            RouteeSeat? old = _seats.GetValueOrDefault(key);
            if (old is not null && !old.Routee.Equals(routee))
                Leave(key, old);
            if (!_seats.ContainsKey(key))
                added.Add((key, name, routee));
        }
        foreach (((string, int) key, RouteeSeat seat) in _seats.Where(s => !present.Contains(s.Key)).ToArray())
            Leave(key, seat);
        foreach (((string, int) key, RouteeName name, Routee routee) in added)
            Join(key, name, routee);
        _routees = routees;
        Changed();
    }

    private void Join((string Name, int Copy) key, RouteeName name, Routee routee)
    {
        int row = _freeRows.TryPop(out int free) ? free : _seats.Count;
        if (row == _rows.Length)
            Array.Resize(ref _rows, row * 2);
        ulong id = SourceHash.Of(key.Copy == 0 ? key.Name : FormattableString.Invariant($"{key.Name}#{key.Copy}"));
        int weight = _weights.Of(name);
        _candidates.Join(row, id, Slots, weight, eligible: true);
        _told?.Join(row, id, Slots, weight, eligible: true);
        _seats.Add(key, _rows[row] = new RouteeSeat(routee, name, row));
    }

    private void Leave((string, int) key, RouteeSeat seat)
    {
        // Its asks may never be answered: if it comes back, it has none.
        seat.HasLeft = true;
        _candidates.Leave(seat.Row);
        _told?.Leave(seat.Row);
        _seats.Remove(key);
        _freeRows.Push(seat.Row);
    }
}
