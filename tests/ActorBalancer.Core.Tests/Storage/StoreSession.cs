using System.Text;
using ActorBalancer.Storage;

namespace ActorBalancer.Tests.Storage;

/// <summary>A registered router node with an open queue: the verbs of the contract tests.</summary>
internal sealed class StoreSession(StoreUnderTest under, long incarnation, QueueRow queue) : IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    public IJobStore Store => under.Store;

    public StoreUnderTest Under => under;

    public long Incarnation { get; } = incarnation;

    public QueueRow Queue { get; } = queue;

    public static NodeRow Node(string name) => new(name, $"akka.tcp://{name}@127.0.0.1:8601", 8602);

    public static async Task<StoreSession> StartAsync(StoreUnderTest under)
    {
        long incarnation = await RegisterAsync(under, "r1");
        QueueRow? queue = await under.Store.OpenQueueAsync(incarnation, "default", default);
        return new(under, incarnation, queue!);
    }

    public static async Task<long> RegisterAsync(StoreUnderTest under, string name)
    {
        Registration registration = await under.Store.RegisterAsync(Node(name), Lease, default);
        Assert.Null(registration.Refusal);
        return registration.Incarnation;
    }

    public long Key(long sequence, int priority = JobKey.DefaultPriority) => JobKey.Pack(Queue.Number, priority, sequence);

    public Commit Commit() => new() { Incarnation = Incarnation };

    public Commit Insert(params long[] keys)
    {
        Commit commit = Commit();
        commit.Inserts.Add(new InsertRows(Jobs(keys), keys, under.NowUnixMs));
        return commit;
    }

    public async Task InsertAsync(params long[] keys) =>
        Assert.Equal(CommitResult.Done, await Store.CommitAsync(Insert(keys), default));

    public async Task<CommitResult> FinishAsync(params OutcomeRow[] rows)
    {
        Commit commit = Commit();
        commit.Outcomes.AddRange(rows);
        return await Store.CommitAsync(commit, default);
    }

    public OutcomeRow Succeeded(long key, string result = "", int attempt = 1, string worker = "w1") =>
        Outcome(key, attempt, AttemptOutcome.Succeeded, JobState.Succeeded, worker) with { Result = Encoding.UTF8.GetBytes(result) };

    public OutcomeRow Outcome(long key, int attempt, AttemptOutcome outcome, JobState state, string worker = "w1") => new()
    {
        Key = key,
        Attempt = attempt,
        Outcome = outcome,
        State = state,
        Used = attempt,
        Worker = worker,
        StartedUnixMs = under.NowUnixMs - 20,
        FinishedUnixMs = under.NowUnixMs,
        Why = "least-connections",
    };

    public OutcomeRow Retry(long key, long atUnixMs, int attempt = 1) =>
        Outcome(key, attempt, AttemptOutcome.Retry, JobState.Retrying) with { RunAtUnixMs = atUnixMs };

    public async Task<StoredJobs> LoadAsync(LoadQuery query) => await Store.LoadAsync(query, default);

    public Task<StoredJobs> LoadAsync(LoadFrom from, int limit = 100, int queue = 0) =>
        LoadAsync(new LoadQuery { Queue = queue, From = from, Limit = limit });

    public async Task<JobInfo> GetAsync(long key)
    {
        JobInfo? job = await Store.GetAsync(new JobId(key), default);
        Assert.NotNull(job);
        return job;
    }

    public async Task<long[]> KeysAsync(long after = -1, int limit = 1000) =>
        (await Store.LoadAsync(Queue.Number, after, limit, default)).Keys;

    public async Task<string[]> ListAsync(JobQuery query) =>
        [.. (await Store.ListAsync(query, default)).Select(job => job.Id.ToString())];

    public ValueTask DisposeAsync() => under.DisposeAsync();

    /// <summary>One job a key, whose payload is its key; of the key's priority.</summary>
    public static JobBatch Jobs(params long[] keys) => JobBatch.From([.. keys.Select(key => new JobRequest
    {
        Kind = "echo",
        Payload = Encoding.UTF8.GetBytes($"{key}"),
        Priority = key < 0 ? JobKey.DefaultPriority : JobKey.Priority(key),
    })]);
}
