using ActorBalancer.Work;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.Cluster.Worker;

/// <summary>
/// Runs the jobs of one slot, one after the other, on the thread pool. The next job is taken from the machine without a
/// message, so a microsecond job costs no more than a lock.
/// </summary>
internal sealed partial class SlotRunner(WorkerEngine engine, int slot, int resultLimit, ILogger log) : IThreadPoolWorkItem
{
    // Handlers that end at once would hold the thread for ever; the pool gets it back after so many.
    private const int JobsInOneGo = 64;

    private ReadOnlyMemory<byte> _payload;
    private JobHandler? _handler;

    /// <summary>What the slot runs now; set and cancelled under the engine's lock.</summary>
    public JobContext? Job { get; private set; }

    /// <summary>Puts a job into the slot; the runner takes it from there.</summary>
    public void Load(JobContext job, JobHandler? handler, ReadOnlyMemory<byte> payload)
    {
        Job = job;
        _handler = handler;
        _payload = payload;
    }

    public void Start() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute() => _ = LoopAsync();

    private async Task LoopAsync()
    {
        try
        {
            for (int jobs = 1; ; jobs++)
            {
                ValueTask<RunEnd> attempt = AttemptAsync(_handler, _payload, Job!, resultLimit, log);
                bool atOnce = attempt.IsCompleted;
                RunEnd end = await attempt;
                if (!engine.EndRun(slot, end))
                    return;
                // After a wait this thread belongs to whoever completed it, so the next job gets one of its own.
                if (!atOnce || jobs % JobsInOneGo == 0)
                    await Task.Yield();
            }
        }
        catch (Exception e)
        {
            LogSlotLost(log, e, slot);
        }
    }

    /// <summary>One attempt, from its start to how it ended.</summary>
    // Async on purpose, also for handlers that are not: what they do to the execution context ends with the attempt.
    internal static async ValueTask<RunEnd> AttemptAsync(JobHandler? handler, ReadOnlyMemory<byte> payload, JobContext job, int resultLimit, ILogger log)
    {
        if (handler is null)
            return Failed($"this worker has no handler for the kind '{job.Kind}'");
        try
        {
            return EndOf(await handler(payload, job), job, resultLimit);
        }
        catch (Exception e) when (job.IsCancelled && (e as AggregateException)?.InnerException is OperationCanceledException)
        {
            return new RunEnd { Outcome = AttemptOutcome.Cancelled, RetryAfterMs = -1 };
        }
        catch (OperationCanceledException) when (job.IsCancelled)
        {
            return new RunEnd { Outcome = AttemptOutcome.Cancelled, RetryAfterMs = -1 };
        }
        catch (InvalidArgumentsException e)
        {
            return Failed(e.Message);
        }
        catch (Exception e)
        {
            LogFailed(log, e, job.Kind, job.Id, job.Attempt);
            return Failed($"{e.GetType().FullName}: {e.Message}");
        }
    }

    private static RunEnd EndOf(in JobOutcome outcome, JobContext job, int resultLimit)
    {
        if (outcome.Kind == AttemptOutcome.None)
            return Failed("the handler gave no outcome; return JobOutcome.Ok, Retry or Discard");
        if (outcome.Result.Length > resultLimit)
            return Failed($"the result has {outcome.Result.Length} bytes, the limit is {resultLimit}; store it elsewhere and return its name");
        // If the transaction was committed, the store knows the job as succeeded and takes no other outcome.
        if (outcome.Kind == AttemptOutcome.Succeeded && job.IsCompletedInTransaction)
            return Failed("the handler completed its job in a transaction that was not committed");
        return new RunEnd
        {
            Outcome = outcome.Kind,
            RetryAfterMs = outcome.RetryAfter is { } after ? (long)Math.Ceiling(after.TotalMilliseconds) : -1,
            Result = outcome.Result,
            Error = outcome.Reason,
            Submits = job.Submits,
        };
    }

    private static RunEnd Failed(string error) => new() { Outcome = AttemptOutcome.Failed, RetryAfterMs = -1, Error = error };

    [LoggerMessage(LogLevel.Debug, "Attempt {Attempt} of job {Job} of kind {Kind} failed")]
    private static partial void LogFailed(ILogger log, Exception exception, string kind, JobId job, int attempt);

    [LoggerMessage(LogLevel.Critical, "Slot {Slot} is lost to a fault of the worker itself")]
    private static partial void LogSlotLost(ILogger log, Exception exception, int slot);
}
