using ActorBalancer.Options;
using ActorBalancer.Storage;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>
/// A store that several router nodes share, with the meaning that <see cref="IJobStore"/> gives it: the jobs are those of the memory store,
/// the registrations, the fence, the owners and the inbox are here. Every call completes at once.
/// </summary>
internal class SharedStore : IJobStore
{
    private readonly TimeProvider _clock;
    private readonly MemoryJobStore _jobs;
    private readonly long _inner;
    private readonly Dictionary<long, Node> _nodes = [];
    private readonly Dictionary<int, long> _owners = [];
    private readonly SortedDictionary<long, Posted> _inbox = [];
    private readonly int _maxQueues;
    private long _incarnation;
    private long _lastInbox;

    public SharedStore(TimeProvider clock, MemoryOptions limits, int maxQueues)
    {
        _clock = clock;
        _maxQueues = maxQueues;
        _jobs = new MemoryJobStore(clock, limits, maxQueues);
        _inner = _jobs.RegisterAsync(new NodeRow("store", "", 0), TimeSpan.FromDays(100_000), default).Now().Incarnation;
    }

    /// <summary>A job waits again, by hand.</summary>
    public Action<long>? Reopened { get; set; }

    public long DuplicateOutcomes => _jobs.DuplicateOutcomes;

    /// <summary>Rows that no owner has taken yet.</summary>
    public int InboxRows => _inbox.Count;

    public ValueTask<Registration> RegisterAsync(NodeRow node, TimeSpan lease, CancellationToken cancellation)
    {
        // Two processes cannot have one address, so an older one there is gone.
        foreach (Node other in _nodes.Values.Where(n => n.LeaseUntil <= NowMs() || n.Row.Address == node.Address))
            other.IsFenced = true;
        _incarnation = Math.Max(_incarnation, NowMs()) + 1;
        _nodes.Add(_incarnation, new Node(node) { LeaseUntil = NowMs() + (long)lease.TotalMilliseconds });
        return new(new Registration(_incarnation, null));
    }

    public ValueTask<bool> RenewAsync(long incarnation, TimeSpan lease, CancellationToken cancellation)
    {
        if (!_nodes.TryGetValue(incarnation, out Node? node) || node.IsFenced)
            return new(false);
        node.LeaseUntil = NowMs() + (long)lease.TotalMilliseconds;
        return new(true);
    }

    public ValueTask ReleaseAsync(long incarnation, CancellationToken cancellation)
    {
        if (_nodes.TryGetValue(incarnation, out Node? node))
            node.IsFenced = true;
        return default;
    }

    public ValueTask<bool> FenceAsync(long incarnation, CancellationToken cancellation)
    {
        if (!_nodes.TryGetValue(incarnation, out Node? node) || node.IsFenced)
            return new(false);
        node.IsFenced = true;
        return new(true);
    }

    public ValueTask<IReadOnlyList<QueueRow>> ClaimAsync(long incarnation, CancellationToken cancellation) => ClaimAsync(incarnation, [], cancellation);

    public ValueTask<IReadOnlyList<QueueRow>> ClaimAsync(long incarnation, IReadOnlyList<string> among, CancellationToken cancellation)
    {
        if (IsGone(incarnation))
            return new([]);
        string name = _nodes[incarnation].Row.Name;
        foreach (QueueRow row in Rows())
        {
            if (row.Owner == 0 && (among.Count == 0 || QueueOwners.Choose(row.Name, among) == name))
                _owners[row.Number] = incarnation;
        }
        return new([.. Rows().Where(row => row.Owner == incarnation)]);
    }

    public ValueTask<IReadOnlyList<QueueRow>> QueuesAsync(CancellationToken cancellation) => new(Rows());

    public ValueTask<IReadOnlyList<RouterRow>> RoutersAsync(CancellationToken cancellation) => new(
        [.. _nodes.Where(n => !n.Value.IsFenced).OrderBy(n => n.Key).Select(n => new RouterRow(n.Value.Row, n.Key, TimeSpan.FromMilliseconds(n.Value.LeaseUntil - NowMs())))]);

    public ValueTask<QueueRow?> OpenQueueAsync(long incarnation, string name, CancellationToken cancellation)
    {
        if (IsGone(incarnation))
            return new((QueueRow?)null);
        if (_owners.Count >= _maxQueues && !Rows().Exists(row => row.Name == name))
            return new((QueueRow?)null);
        QueueRow row = _jobs.OpenQueueAsync(_inner, name, default).Now()!;
        if (OwnerOf(row.Number) == 0)
            _owners[row.Number] = incarnation;
        return new(row with { Owner = OwnerOf(row.Number) });
    }

    public virtual ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellation)
    {
        if (IsGone(commit.Incarnation))
            return new(CommitResult.Fenced);
        commit.ClearAnswers();
        var inner = new Commit { Incarnation = _inner };
        inner.Outcomes.AddRange(commit.Outcomes);
        inner.Queues.AddRange(commit.Queues);
        inner.Horizons.AddRange(commit.Horizons);
        inner.Reserved.AddRange(commit.Reserved);
        foreach (InsertRows rows in commit.Inserts)
            inner.Inserts.Add(rows.Inbox is null ? rows : TakeFromInbox(commit, rows));
        foreach (long id in commit.Inbox)
            _inbox.Remove(id);
        foreach ((JobBatch jobs, long submitted) in commit.Posts)
            Post(jobs, submitted);
        CommitResult result = _jobs.CommitAsync(inner, default).Now();
        commit.Missing.AddRange(inner.Missing);
        commit.Known.AddRange(inner.Known);
        commit.Refused.AddRange(inner.Refused);
        return new(result);
    }

    /// <summary>Jobs of a transaction that nobody but its caller knows of.</summary>
    public void Post(JobBatch jobs, long submittedUnixMs)
    {
        for (int i = 0; i < jobs.Count; i++)
        {
            long runAt = jobs.RunAtUnixMs(i);
            _inbox.Add(++_lastInbox, new Posted(
                new JobRequest
                {
                    Kind = jobs.Kind(i),
                    Payload = jobs.Payload(i),
                    Queue = jobs.Queue(i),
                    Source = jobs.Source(i),
                    Priority = jobs.Priority(i),
                    RunAt = runAt > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(runAt) : null,
                    Attempts = jobs.AttemptsAllowed(i) is > 0 and int attempts ? attempts : null,
                    Key = jobs.IdempotencyKey(i),
                },
                submittedUnixMs));
        }
    }

    public ValueTask<InboxRows> ReadInboxAsync(long incarnation, int limit, CancellationToken cancellation)
    {
        if (_inbox.Count == 0)
            return new(Storage.InboxRows.None);
        Dictionary<string, long> owners = Rows().ToDictionary(row => row.Name, row => row.Owner);
        KeyValuePair<long, Posted>[] ours = [.. _inbox.Where(row => owners.GetValueOrDefault(row.Value.Job.Queue) == incarnation).Take(limit)];
        return new(new InboxRows
        {
            Ids = [.. ours.Select(row => row.Key)],
            Jobs = JobBatch.From([.. ours.Select(row => row.Value.Job)]),
            Keys = [.. ours.Select(_ => -1L)],
            SubmittedUnixMs = [.. ours.Select(row => row.Value.SubmittedUnixMs)],
            Ownerless = [.. _inbox.Values.Select(row => row.Job.Queue).Distinct().Where(queue => owners.GetValueOrDefault(queue) == 0)],
        });
    }

    public ValueTask<StoredJobs> LoadAsync(int queue, long afterKey, int limit, CancellationToken cancellation) => _jobs.LoadAsync(queue, afterKey, limit, cancellation);

    public ValueTask<StoredJobs> LoadAsync(LoadQuery query, CancellationToken cancellation) => _jobs.LoadAsync(query, cancellation);

    public ValueTask<Reopening> ReopenAsync(long incarnation, JobId id, CancellationToken cancellation)
    {
        if (IsGone(incarnation))
            return new(new Reopening(ReopenResult.Fenced));
        Reopening answer = _jobs.ReopenAsync(_inner, id, cancellation).Now();
        if (answer.Result == ReopenResult.Done)
            Reopened?.Invoke(id.Key);
        return new(answer);
    }

    public ValueTask<JobInfo?> GetAsync(JobId id, CancellationToken cancellation) => _jobs.GetAsync(id, cancellation);

    public ValueTask<IReadOnlyList<JobInfo>> ListAsync(JobQuery query, CancellationToken cancellation) => _jobs.ListAsync(query, cancellation);

    public ValueTask<int> PruneAsync(Retention keep, CancellationToken cancellation) => new(0);

    public ValueTask DisposeAsync() => _jobs.DisposeAsync();

    public bool IsFenced(long incarnation) => !_nodes.TryGetValue(incarnation, out Node? node) || node.IsFenced;

    /// <summary>The fence (rule 2).</summary>
    protected virtual bool IsGone(long incarnation) => IsFenced(incarnation);

    /// <summary>Who owns the queue; 0: nobody. A fenced node owns nothing, and nobody has to write that down.</summary>
    public long OwnerOf(int queue) => _owners.TryGetValue(queue, out long owner) && _nodes.TryGetValue(owner, out Node? node) && !node.IsFenced ? owner : 0;

    private List<QueueRow> Rows() => [.. _jobs.QueuesAsync(default).Now().Select(row => row with { Owner = OwnerOf(row.Number) })];

    private InsertRows TakeFromInbox(Commit commit, in InsertRows rows)
    {
        long[] keys = [.. rows.Keys];
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] < 0 || rows.Inbox![i] == 0 || _inbox.Remove(rows.Inbox[i]))
                continue;
            commit.Gone.Add(keys[i]);
            keys[i] = -1;
        }
        return rows with { Keys = keys, Inbox = null };
    }

    private long NowMs() => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed class Node(NodeRow row)
    {
        public NodeRow Row { get; } = row;

        public long LeaseUntil { get; set; }

        public bool IsFenced { get; set; }
    }

    private sealed record Posted(JobRequest Job, long SubmittedUnixMs);
}
