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

    public bool HasLeft { get; set; }
}

/// <summary>
/// Makes a single-threaded strategy safe for the many threads that send through a router: one short lock around each pick. Akka gives the
/// whole array of routees with every message; only a new array is compared, by the routees' names, so that those who stay keep their place.
/// </summary>
internal sealed class RouteeFleet
{
    private readonly Lock _lock = new();
    private readonly RoutingOptions _options;
    private readonly RouteeWeights _weights;
    private readonly Func<TimeSpan> _clock;
    private readonly Candidates _candidates = new();

    // What is told has no end that could be seen: it is divided by weight, lest all of it go to the heaviest.
    private readonly Candidates? _told;
    private readonly Dictionary<(string Name, int Copy), RouteeSeat> _seats = [];
    private readonly Stack<int> _freeRows = [];
    private RouteeSeat[] _rows = new RouteeSeat[16];
    private Routee[]? _routees;
    private OutstandingAsk? _oldest;
    private OutstandingAsk? _newest;

    public RouteeFleet(RoutingOptions options, RouteeWeights weights, IActorRefProvider provider, Func<TimeSpan> clock, ulong seed)
    {
        (_options, _weights, Provider, _clock) = (options, weights, provider, clock);
        StrategyCatalog.Create(options.Strategy, _candidates, options.OfStrategy, seed);
        if (options.PicksByAsks)
            StrategyCatalog.Create("weighted-round-robin", _told = new Candidates(), StrategyOptions.Default, seed);
    }

    public IActorRefProvider Provider { get; }

    /// <summary>The routee for the next message; null: none takes any. One that is asked counts until <see cref="Finished(RouteeSeat)"/>.</summary>
    public RouteeSeat? Pick(Routee[] routees, ulong source, bool isAsk)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(routees, _routees))
                Follow(routees);
            if (_oldest is not null)
                Expire();
            int row = (isAsk ? _candidates : _told ?? _candidates).Pick(source);
            if (row < 0)
                return null;
            if (isAsk)
                _candidates.Started(row);
            return _rows[row];
        }
    }

    /// <summary>An ask at the routee is over.</summary>
    public void Finished(RouteeSeat seat)
    {
        lock (_lock)
            Release(seat);
    }

    public void Began(OutstandingAsk ask)
    {
        lock (_lock)
        {
            ask.Since = _clock();
            ask.Older = _newest;
            if (_newest is null)
                _oldest = ask;
            else
                _newest.Newer = ask;
            _newest = ask;
        }
    }

    /// <summary>False: it was over already.</summary>
    public bool Finished(OutstandingAsk ask)
    {
        lock (_lock)
            return End(ask);
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
        }
    }

    /// <summary>Asks that the routee of that path has; 0 if it is not there.</summary>
    public int Outstanding(string path)
    {
        lock (_lock)
            return _seats.Values.Where(s => s.Name.Path == path).Sum(s => _candidates.InFlight(s.Row));
    }

    /// <summary>Without a bound on its load a routee is never full.</summary>
    private int Slots => _options.HashesSources && _options.LoadFactor is null ? int.MaxValue : 1;

    private void Follow(Routee[] routees)
    {
        HashSet<(string, int)> present = new(routees.Length);
        List<((string, int) Key, RouteeName Name, Routee Routee)> added = [];
        foreach (Routee routee in routees)
        {
            RouteeName name = RouteeName.Of(routee, Provider.DefaultAddress);
            (string, int) key = (name.Full, 0);
            // A path that is listed twice gets twice as much, as with Akka's.
            while (!present.Add(key))
                key.Item2++;
            if (!_seats.ContainsKey(key))
                added.Add((key, name, routee));
        }
        foreach (((string, int) key, RouteeSeat seat) in _seats.Where(s => !present.Contains(s.Key)).ToArray())
            Leave(key, seat);
        foreach (((string, int) key, RouteeName name, Routee routee) in added)
            Join(key, name, routee);
        _routees = routees;
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

    private void Expire()
    {
        TimeSpan dead = _clock() - _options.AskExpiry;
        while (_oldest is { } ask && ask.Since <= dead)
        {
            End(ask);
            ask.Forget();
        }
    }

    private bool End(OutstandingAsk ask)
    {
        if (ask.IsOver)
            return false;
        ask.IsOver = true;
        if (ask.Older is null)
            _oldest = ask.Newer;
        else
            ask.Older.Newer = ask.Newer;
        if (ask.Newer is null)
            _newest = ask.Older;
        else
            ask.Newer.Older = ask.Older;
        (ask.Older, ask.Newer) = (null, null);
        Release(ask.Seat);
        return true;
    }

    private void Release(RouteeSeat seat)
    {
        if (!seat.HasLeft)
            _candidates.Finished(seat.Row);
    }
}
