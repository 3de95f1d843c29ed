namespace ActorBalancer.Intake;

/// <summary>
/// The routers that can be reached, and which of them owns a queue. Every router tells of every queue that it knows; who was wrong is
/// put right by the router that is asked.
/// </summary>
internal sealed class RouterTable
{
    private readonly List<KnownRouter> _routers = [];
    private readonly Dictionary<string, QueueOwner> _queues = new(StringComparer.Ordinal);
    private readonly QueueOwner?[] _numbers = new QueueOwner?[JobKey.MaxQueues];

    /// <summary>Where to go with what concerns no queue that is known.</summary>
    public KnownRouter? Current => _routers.Count == 0 ? null : _routers[0];

    public IReadOnlyList<KnownRouter> All => _routers;

    public void Add(int number, bool isLocal)
    {
        if (!_routers.Exists(r => r.Number == number))
            _routers.Insert(isLocal ? 0 : _routers.Count, new KnownRouter(number, isLocal));
    }

    public void Remove(int number) => _routers.RemoveAll(r => r.Number == number);

    public KnownRouter? Find(int number) => _routers.Find(r => r.Number == number);

    /// <summary>A router says which incarnation it has; 0: none just now.</summary>
    public void Is(int number, long incarnation)
    {
        if (Find(number) is not { } router)
            return;
        if (router.Incarnation != 0)
            router.Former = router.Incarnation;
        router.Incarnation = incarnation;
    }

    /// <summary>False: that is known.</summary>
    public bool Owns(in QueueOwner queue)
    {
        if (queue.Number is < 0 or >= JobKey.MaxQueues || (_queues.TryGetValue(queue.Name, out QueueOwner known) && known == queue))
            return false;
        _queues[queue.Name] = queue;
        _numbers[queue.Number] = queue;
        return true;
    }

    public Way OfQueue(string name) => _queues.TryGetValue(name, out QueueOwner queue) ? Of(queue) : OfAny();

    public Way OfKey(long key) => key >= 0 && _numbers[JobKey.Queue(key)] is { } queue ? Of(queue) : OfAny();

    /// <summary>Its queue has another owner than the router that accepted it.</summary>
    public bool HasLeft(long key, KnownRouter from) =>
        key >= 0 && _numbers[JobKey.Queue(key)] is { Owner: not 0 } queue && queue.Owner != from.Incarnation;

    public Way OfAny() => new(Current);

    /// <summary>
    /// A queue without an owner is opened by whoever is asked; an owner that cannot be reached is waited for. One that has lost its registration
    /// is asked still: it keeps what it is asked until it has another, or says that its store is away.
    /// </summary>
    private Way Of(in QueueOwner queue)
    {
        long owner = queue.Owner;
        return owner == 0 ? OfAny() : new(_routers.Find(r => r.Incarnation == owner) ?? _routers.Find(r => r.Incarnation == 0 && r.Former == owner));
    }
}

/// <summary>Where something goes; no router: it waits for one.</summary>
internal readonly record struct Way(KnownRouter? Router);

/// <param name="number">The shell's number for it.</param>
/// <param name="isLocal">It lives in this process, so no wire lies between.</param>
internal sealed class KnownRouter(int number, bool isLocal)
{
    public int Number { get; } = number;

    public bool IsLocal { get; } = isLocal;

    /// <summary>0: it has not said, or has none.</summary>
    public long Incarnation { get; set; }

    /// <summary>The incarnation that it had before it had none.</summary>
    public long Former { get; set; }

    /// <summary>Bytes of batches that it has not answered.</summary>
    public long UnansweredBytes { get; set; }

    /// <summary>Batches that wait for room on the wire.</summary>
    public Queue<IntakeBatch> Waiting { get; } = new();
}

/// <param name="Name">The queue.</param>
/// <param name="Number">Its number in the keys of its jobs.</param>
/// <param name="Owner">The owner's incarnation; 0: nobody just now.</param>
internal readonly record struct QueueOwner(string Name, int Number, long Owner);
