namespace ActorBalancer.Cluster.Router;

/// <summary>
/// The newest events of a router, and who reads them. Any thread may subscribe; the router adds. A reader that is a thousand
/// behind and does not catch up within a second is dropped, so that nobody slow costs memory: a router may make thousands of
/// events in one turn, which nobody can take as fast.
/// </summary>
/// <param name="clock">The node's clock.</param>
internal sealed class EventFeed(TimeProvider clock)
{
    /// <summary>How many events are kept, and how many a reader may be behind.</summary>
    public const int Kept = 1_000;

    /// <summary>
    /// A reader that comes back within this time missed no job: it would else, since jobs are only told of while somebody listens.
    /// </summary>
    public static readonly TimeSpan Linger = TimeSpan.FromMinutes(1);

    /// <summary>How long a reader may be that far behind.</summary>
    public static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(1);

    /// <summary>How far behind a reader may be at all.</summary>
    public const int MostBehind = 10_000;

    // A process does not make a thousand events a millisecond for long, so the next one starts above its last id; and the
    // product stays below the 2^53 up to which JSON's readers keep whole numbers.
    private const long IdsPerMillisecond = 1_000;

    private readonly Lock _lock = new();
    private readonly Queue<BalancerEvent> _newest = new(Kept);
    private readonly List<EventReader> _readers = [];
    private long _lastId = clock.GetUtcNow().ToUnixTimeMilliseconds() * IdsPerMillisecond;
    private long _leftAt;
    private volatile int _count;
    private volatile bool _hadReaders;

    /// <summary>Somebody reads, or did a moment ago: events of jobs are worth making.</summary>
    public bool IsListening => _count > 0 || (_hadReaders && HasLingered() is false);

    /// <summary>How many read.</summary>
    public int Readers => _count;

    /// <summary>Adds an event, which gets its id and time here.</summary>
    public void Add(BalancerEvent happened)
    {
        lock (_lock)
        {
            happened = happened with { Id = ++_lastId, At = clock.GetUtcNow() };
            if (_newest.Count == Kept)
                _newest.Dequeue();
            _newest.Enqueue(happened);
            for (int i = _readers.Count - 1; i >= 0; i--)
            {
                if (!_readers[i].TryAdd(happened, clock))
                    Drop(_readers[i], new EventReaderTooSlowException());
            }
        }
    }

    /// <summary>
    /// Reads events from now on, or all that follow the one with that id, as far as they are kept. Dispose the reader to
    /// leave. Its channel ends with <see cref="EventReaderTooSlowException"/> when it is too far behind, and without a fault when the
    /// node stops.
    /// </summary>
    public EventReader Subscribe(long? after = null)
    {
        lock (_lock)
        {
            BalancerEvent[] missed = after is { } id ? [.. _newest.Where(e => e.Id > id)] : [];
            EventReader reader = new(missed, Leave);
            _readers.Add(reader);
            _count = _readers.Count;
            _hadReaders = true;
            return reader;
        }
    }

    /// <summary>The node stops: every reader's channel ends.</summary>
    public void Close()
    {
        lock (_lock)
        {
            while (_readers.Count > 0)
                Drop(_readers[^1], null);
        }
    }

    private void Leave(EventReader reader)
    {
        lock (_lock)
            Drop(reader, null);
    }

    private void Drop(EventReader reader, Exception? why)
    {
        if (!_readers.Remove(reader))
            return;
        Volatile.Write(ref _leftAt, clock.GetTimestamp());
        _count = _readers.Count;
        reader.End(why);
    }

    private bool HasLingered() => clock.GetElapsedTime(Volatile.Read(ref _leftAt)) >= Linger;
}
