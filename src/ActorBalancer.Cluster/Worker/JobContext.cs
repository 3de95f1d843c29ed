using ActorBalancer.Work;
using Microsoft.Extensions.Logging;

namespace ActorBalancer;

/// <summary>The job that a handler runs, and this attempt at it.</summary>
public sealed class JobContext
{
    private readonly RunToken _token;
    private readonly AssignedJob _job;
    private CancellationTokenSource? _cancellation;
    private volatile bool _cancelled;

    internal JobContext(in RunToken token, in AssignedJob job, IServiceProvider services, ILogger logger)
    {
        _token = token;
        _job = job;
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

    internal bool IsCancelled => _cancelled;

    /// <summary>Runs the handler's callbacks on this thread; they may throw.</summary>
    internal void Cancel()
    {
        _cancelled = true;
        Interlocked.MemoryBarrier();
        _cancellation?.Cancel();
    }
}
