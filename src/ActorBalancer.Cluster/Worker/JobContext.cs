using System.Data.Common;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Intake;
using ActorBalancer.Storage;
using ActorBalancer.Work;
using Microsoft.Extensions.Logging;

namespace ActorBalancer;

/// <summary>The job that a handler runs, and this attempt at it.</summary>
public sealed class JobContext
{
    private const int MostSubmits = 1_000;
    private const int LongestNote = 256;

    private readonly RunToken _token;
    private readonly AssignedJob _job;
    private CancellationTokenSource? _cancellation;
    private volatile bool _cancelled;

    private readonly JobSurroundings _around;
    private readonly long _startedUnixMs;
    private JobProgress? _progress;
    private List<JobRequest>? _submits;
    private int _submitBytes;

    internal JobContext(in RunToken token, in AssignedJob job, IServiceProvider services, ILogger logger, JobSurroundings around)
    {
        _token = token;
        _job = job;
        _around = around;
        _startedUnixMs = around.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        Services = services;
        Logger = logger;
    }

    /// <summary>The job's id.</summary>
    public JobId Id => new(_job.Key);

    /// <summary>Its kind.</summary>
    public string Kind => _job.Kind;

    /// <summary>Its queue.</summary>
    public string Queue => _job.Queue;

    /// <summary>Its affinity and order key; the job's id where the caller gave none.</summary>
    public string Source => _job.Source ?? Id.ToString();

    /// <summary>Which attempt this is, from 1.</summary>
    public int Attempt => _job.Attempt;

    /// <summary>
    /// Grows whenever another router process owns the job. Store it with what the handler writes elsewhere, and refuse a
    /// write with a smaller one: so a run that was thought dead cannot undo a later one.
    /// </summary>
    public long Fence => _token.Incarnation;

    /// <summary>
    /// Cancelled when the job is cancelled, runs over its time limit, or its worker stops or has lost every router. A handler
    /// that ignores it for five seconds is given up, and its slot is lost until it ends.
    /// </summary>
    public CancellationToken Cancellation
    {
        get
        {
            // Made on first use only: most short jobs never ask.
            CancellationTokenSource source = _cancellation
                ?? Interlocked.CompareExchange(ref _cancellation, new CancellationTokenSource(), null)
                ?? _cancellation;
            if (_cancelled && !source.IsCancellationRequested)
                source.Cancel();
            return source.Token;
        }
    }

    /// <summary>Writes under the category <c>ActorBalancer.Jobs</c> and the kind.</summary>
    public ILogger Logger { get; }

    /// <summary>The services of this attempt: a scope of its own for typed handlers and lambdas that take services.</summary>
    public IServiceProvider Services { get; internal set; }

    internal JobJson Json => _around.Json;

    /// <summary><see cref="Services"/> are of a scope that is this attempt's alone.</summary>
    internal bool IsScoped { get; set; }

    internal bool IsCancelled => _cancelled;

    /// <summary>The handler's own transaction says how the run ended.</summary>
    internal bool IsCompletedInTransaction { get; private set; }

    /// <summary>What the handler submitted; null: nothing.</summary>
    internal JobBatch? Submits => _submits is null ? null : JobBatch.From(_submits);

    /// <summary>
    /// Says how far this attempt is, for people who look at the job (<c>job show</c>, <c>GET /v1/jobs/{id}</c>, <see cref="IJobClient.GetAsync"/>). Only the newest counts; it is
    /// shown within about half a second, kept nowhere, and gone with the attempt. Cheap, so that a handler may call it for every item; any thread may.
    /// </summary>
    /// <param name="fraction">From 0 to 1.</param>
    /// <param name="note">A few words, such as "page 4 of 10"; what is beyond 256 characters is cut off.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not from 0 to 1.</exception>
    public void Progress(double fraction, string? note = null)
    {
        if (!(fraction is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "Say how far the job is as a number from 0 to 1.");
        if (note?.Length > LongestNote)
            note = note[..(char.IsHighSurrogate(note[LongestNote - 1]) ? LongestNote - 1 : LongestNote)];
        Volatile.Write(ref _progress, new JobProgress(fraction, note));
        _around.Progressed();
    }

    /// <summary>
    /// Submits a job that is accepted together with this run's success or discard, and never if the run fails or is tried again. Up to 1,000
    /// jobs a run and together as large as one payload may be. Not thread-safe.
    /// </summary>
    /// <exception cref="JobRefusedException">Invalid, or too large.</exception>
    /// <exception cref="InvalidOperationException">After <see cref="CompleteIn(DbTransaction)"/>.</exception>
    public void Submit<TArgs>(string kind, TArgs args, Action<SubmitOptions>? configure = null)
    {
        if (IsCompletedInTransaction)
            throw new InvalidOperationException("The job is completed in a transaction already: submit before that, and the jobs are part of it.");
        SubmitOptions options = new();
        configure?.Invoke(options);
        byte[] payload = _around.Json.Write(args);
        RefusalCode code = Requests.Make(kind, payload, options, _around.Clock, out JobRequest request, out string? detail);
        if (code == RefusalCode.None)
            code = JobRequestValidator.Check(request, _around.PayloadLimit, out detail);
        if (code == RefusalCode.None && (_submits?.Count == MostSubmits || _submitBytes + IntakeBatch.WireBytes(request) > _around.PayloadLimit + MostSubmits))
            (code, detail) = (RefusalCode.TooLarge, $"A run submits at most {MostSubmits} jobs of together {_around.PayloadLimit} bytes: submit more by the job client.");
        if (code != RefusalCode.None)
            throw new JobRefusedException(code, detail!);
        (_submits ??= []).Add(request);
        _submitBytes += IntakeBatch.WireBytes(request);
    }

    /// <summary>
    /// Lets this run succeed in the handler's own transaction on the store's database: its success, its <paramref name="result"/> and what it
    /// submitted before become true with the commit, together with what else the transaction changes, or not at all. Call it last, commit
    /// soon after, and return <see cref="JobOutcome.Ok"/>; a transaction that is not committed is a failed attempt.
    /// </summary>
    /// <param name="transaction">Of Npgsql on the PostgreSQL database, or of Microsoft.Data.Sqlite on the SQLite file in the process that has it open.</param>
    /// <param name="result">Bytes, up to the result limit.</param>
    /// <exception cref="StaleRunException">Another run has the job by now, or it is final: roll the transaction back.</exception>
    /// <exception cref="ArgumentException">The transaction is of another database, or has ended; or the result is too large.</exception>
    public void CompleteIn(DbTransaction transaction, ReadOnlyMemory<byte> result)
    {
        if (IsCompletedInTransaction)
            throw new InvalidOperationException("The job is completed in a transaction already.");
        if (result.Length > _around.ResultLimit)
            throw new ArgumentException($"The result has {result.Length} bytes, the limit is {_around.ResultLimit}.", nameof(result));
        IJobTransactions transactions = _around.Transactions(transaction);
        long now = _around.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (Submits is { } jobs)
        {
            long[] none = new long[jobs.Count];
            Array.Fill(none, -1);
            // A call that waits, like all of this method: the handler's transaction is open, and nothing else may use its connection.
            transactions.SubmitInAsync(transaction, jobs, none, now, Cancellation).GetAwaiter().GetResult();
        }
        transactions.CompleteIn(transaction, new OutcomeRow
        {
            Key = _job.Key,
            Attempt = _job.Attempt,
            Outcome = AttemptOutcome.Succeeded,
            State = JobState.Succeeded,
            Worker = _around.WorkerName,
            StartedUnixMs = _startedUnixMs,
            FinishedUnixMs = now,
            Result = result,
        });
        _submits = null;
        IsCompletedInTransaction = true;
    }

    /// <summary>As <see cref="CompleteIn(DbTransaction, ReadOnlyMemory{byte})"/>, without a result.</summary>
    /// <inheritdoc cref="CompleteIn(DbTransaction, ReadOnlyMemory{byte})"/>
    public void CompleteIn(DbTransaction transaction) => CompleteIn(transaction, default);

    /// <summary>What the handler has said since this was called last; null: nothing.</summary>
    internal RunProgress? TakeProgress() =>
        Interlocked.Exchange(ref _progress, null) is { } progress ? new RunProgress(_job.Key, _job.Attempt, progress) : null;

    /// <summary>Runs the handler's callbacks on this thread; they may throw.</summary>
    internal void Cancel()
    {
        _cancelled = true;
        Interlocked.MemoryBarrier();
        _cancellation?.Cancel();
    }
}
