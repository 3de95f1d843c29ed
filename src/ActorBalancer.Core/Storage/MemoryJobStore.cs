using ActorBalancer.Options;

namespace ActorBalancer.Storage;

/// <summary>
/// Jobs in this process's memory, lost with it; one router node. Every call completes at once. Readers and the writer share
/// one lock, taken once a commit. The reference for what <see cref="IJobStore"/> means.
/// </summary>
internal sealed partial class MemoryJobStore : IJobStore
{
    /// <summary>How long succeeded, discarded and cancelled jobs stay readable, if there is room.</summary>
    public static readonly TimeSpan KeepSucceeded = TimeSpan.FromHours(24);

    /// <summary>How long dead jobs stay readable, if there is room.</summary>
    public static readonly TimeSpan KeepDead = TimeSpan.FromDays(30);

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly int _keepFinished;
    private readonly long _keepResultBytes;
    private readonly int _maxQueues;
    private readonly List<MemoryQueue> _queues = [];
    private readonly Dictionary<string, MemoryQueue> _queuesByName = new(StringComparer.Ordinal);
    private readonly FinishedRing _succeeded = new();
    private readonly FinishedRing _dead = new();
    private readonly MemoryKeys _keys;
    private NodeRow? _owner;
    private long _incarnation;
    private long _leaseFrom;
    private TimeSpan _lease;
    private long _listedUnixMs;
    private long _resultBytes;
    private long _payloadBytes;
    private long _duplicates;

    /// <param name="clock">For leases, incarnations and the age of finished jobs.</param>
    /// <param name="limits">How many finished jobs and bytes of results, and of payloads for retries, to keep. What may wait is the dispatcher's to bound.</param>
    /// <param name="maxQueues">At most so many queues are made; a key has room for 2,048.</param>
    public MemoryJobStore(TimeProvider clock, MemoryOptions limits, int maxQueues)
    {
        _clock = clock;
        _keepFinished = limits.KeepFinished;
        _keepResultBytes = limits.KeepResultBytes;
        _maxQueues = Math.Min(maxQueues, JobKey.MaxQueues);
        _keys = new MemoryKeys((long)limits.MaxWaiting + limits.KeepFinished);
    }

    /// <summary>Outcomes that came for jobs which are final or no longer known.</summary>
    public long DuplicateOutcomes => Interlocked.Read(ref _duplicates);

    public ValueTask<Registration> RegisterAsync(NodeRow node, TimeSpan lease, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_owner is not null && LeaseLeft() is { Ticks: > 0 } left)
            {
                return new(new Registration(0,
                    $"The memory store serves one router node, and {_owner.Name} at {_owner.Address} holds it for another "
                    + $"{Math.Ceiling(left.TotalSeconds):0} s: stop that node, or wait until it has been silent for so long."));
            }

            _incarnation = Math.Max(_incarnation, NowUnixMs()) + 1;
            _owner = node;
            StartLease(lease);
            foreach (MemoryQueue queue in _queues)
                queue.Owner = 0;
            return new(new Registration(_incarnation, null));
        }
    }

    public ValueTask<bool> RenewAsync(long incarnation, TimeSpan lease, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (IsFenced(incarnation))
                return new(false);
            StartLease(lease);
            Forget(NowUnixMs());
            return new(true);
        }
    }

    public ValueTask ReleaseAsync(long incarnation, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!IsFenced(incarnation))
            {
                _owner = null;
                foreach (MemoryQueue queue in _queues)
                    queue.Owner = 0;
            }
            return default;
        }
    }

    public ValueTask<IReadOnlyList<QueueRow>> ClaimAsync(long incarnation, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (IsFenced(incarnation))
                return new([]);
            foreach (MemoryQueue queue in _queues)
                queue.Owner = incarnation;
            return new([.. _queues.Select(queue => queue.Row())]);
        }
    }

    public ValueTask<QueueRow?> OpenQueueAsync(long incarnation, string name, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (IsFenced(incarnation))
                return default;
            if (!_queuesByName.TryGetValue(name, out MemoryQueue? queue))
            {
                if (_queues.Count >= _maxQueues)
                    return default;
                queue = new MemoryQueue(_queues.Count, name);
                _queues.Add(queue);
                _queuesByName.Add(name, queue);
            }
            queue.Owner = incarnation;
            return new(queue.Row());
        }
    }

    /// <summary>The memory goes with the object; a router that stops may leave the store to its successor.</summary>
    public ValueTask DisposeAsync() => default;

    private bool IsFenced(long incarnation) => _owner is null || incarnation != _incarnation;

    private long NowUnixMs() => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private void StartLease(TimeSpan lease) => (_leaseFrom, _lease) = (_clock.GetTimestamp(), lease);

    private TimeSpan LeaseLeft() => _lease - _clock.GetElapsedTime(_leaseFrom);
}
