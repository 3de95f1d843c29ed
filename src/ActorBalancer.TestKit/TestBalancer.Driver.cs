using System.Globalization;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Dispatch;
using ActorBalancer.Work;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.Testing;

/// <content>Who moves it: one loop, which calls what is to be called, and then moves the clock.</content>
public sealed partial class TestBalancer
{
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _driver = new(1, 1);
    private readonly SemaphoreSlim _signal = new(0);
    private readonly List<TestRun> _alone = [];

    /// <summary>In real time, for handlers that wait for something else than the clock.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Runs until every job is final, those due in a year and those that jobs submitted included.
    /// </summary>
    /// <exception cref="TestBalancerException">Some cannot end, since nothing is due and nothing runs; the message says why each waits.</exception>
    public async Task RunToEndAsync(CancellationToken cancellation = default)
    {
        RefuseInHandler(nameof(RunToEndAsync));
        await DriveAsync(() => _room.Open.Count == 0 && _alone.Count == 0, long.MaxValue, cancellation).ConfigureAwait(false);
        string[] left;
        lock (_room.Gate)
            left = [.. _room.Open.Order().Take(10).Select(key => _room.Get(new JobId(key))).OfType<JobInfo>().Select(Described)];
        if (left.Length > 0)
            throw new TestBalancerException($"These jobs cannot end, for nothing runs and nothing is due: {Listed(left)}");
    }

    /// <summary>Does what is due now and within that time, and leaves the clock at its end; what runs longer is still running then.</summary>
    /// <param name="time">Of <see cref="Clock"/>; zero: only what is due now.</param>
    /// <param name="cancellation">Leaves things as they are.</param>
    public Task AdvanceAsync(TimeSpan time, CancellationToken cancellation = default)
    {
        RefuseInHandler(nameof(AdvanceAsync));
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return DriveAsync(() => false, Clock.Now.Micros + (long)time.TotalMicroseconds, cancellation);
    }

    /// <summary>Calls one handler by itself, with middleware and services, for a job that is in no queue; it is not tried again.</summary>
    /// <param name="kind">Whose handler.</param>
    /// <param name="args">Written as JSON and read again, as in production.</param>
    /// <param name="configure">What <see cref="JobContext"/> shows: queue and source.</param>
    /// <param name="attempt">What it shows as the attempt.</param>
    /// <param name="cancellation">Cancels the handler.</param>
    /// <exception cref="ArgumentException">There is no handler for the kind.</exception>
    public async Task<HandlerRun> RunHandlerAsync<TArgs>(
        string kind, TArgs args, Action<SubmitOptions>? configure = null, int attempt = 1, CancellationToken cancellation = default)
    {
        RefuseInHandler(nameof(RunHandlerAsync));
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        SubmitOptions options = new();
        configure?.Invoke(options);
        DateTimeOffset started = Clock.GetUtcNow();
        TestRun run = new(Changed) { Job = null!, Kind = Known(kind), Payload = _settings.Json.Write(args) };
        AssignedJob job = new() { Key = 0, Queue = options.Queue, Kind = kind, Source = options.Source, Attempt = attempt, Payload = run.Payload };
        run.Job = _room.Context(new RunToken(1, 0, 0), job, "worker", run);
        lock (_room.Gate)
        {
            _alone.Add(run);
            _room.Starts.Enqueue(run);
        }
        using CancellationTokenRegistration cancelled = cancellation.Register(() => Cancel(run.Job));
        await DriveAsync(() => run.End is not null, long.MaxValue, CancellationToken.None).ConfigureAwait(false);
        if (run.End is not { } end)
            throw new TestBalancerException($"The handler of '{kind}' waits for what never comes: nothing is due.");
        JobBatch? submits = end.Outcome is AttemptOutcome.Succeeded or AttemptOutcome.Discarded ? end.Submits : null;
        long now = Clock.GetUtcNow().ToUnixTimeMilliseconds();
        return new HandlerRun
        {
            Outcome = end.Outcome,
            RetryAfter = end is { Outcome: AttemptOutcome.Retry, RetryAfterMs: >= 0 } ? TimeSpan.FromMilliseconds(end.RetryAfterMs) : null,
            Reason = end.Error,
            Exception = run.Exception,
            Result = end.Result,
            Submitted = submits is null ? [] : [.. Enumerable.Range(0, submits.Count).Select(i => SubmittedJob.Of(submits, i, 0, now, _settings.Json))],
            Took = Clock.GetUtcNow() - started,
        };
    }

    /// <summary>On a thread of the pool: handlers are not to find the test framework's own context there, in which nothing is in order.</summary>
    private Task DriveAsync(Func<bool> isDone, long untilMicros, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            await _driver.WaitAsync(cancellation);
            try
            {
                await LoopAsync(isDone, untilMicros, cancellation);
            }
            finally
            {
                _driver.Release();
            }
        },
        cancellation);

    private async Task LoopAsync(Func<bool> isDone, long untilMicros, CancellationToken cancellation)
    {
        TimeSpan stood = TimeSpan.Zero;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (DoOne())
            {
                stood = TimeSpan.Zero;
                continue;
            }
            TestRun[] busy;
            long next;
            bool isOver;
            lock (_room.Gate)
            {
                TestRun[] runs = [.. _room.Runs, .. _alone];
                busy = [.. runs.Where(run => !run.IsWaiting)];
                isOver = isDone();
                long machines = _room.WakeAt;
                // Timers of nobody's alone, such as a cache's, would go on for ever and change nothing.
                next = machines == long.MaxValue && runs.Length == 0 && untilMicros == long.MaxValue ? long.MaxValue : Math.Min(machines, Clock.NextMicros);
                if (busy.Length == 0 && next == long.MaxValue)
                    busy = [.. runs.Where(run => run.IsStalled)];
            }
            if (isOver)
                return;
            if (busy.Length > 0)
            {
                if (await _signal.WaitAsync(Patience, cancellation))
                    continue;
                stood += Patience;
                foreach (TestRun run in busy)
                    run.IsStalled = true;
                if (stood >= s_hang)
                    throw new TestBalancerException($"Nothing has happened for {s_hang.TotalSeconds:0} s of real time, and these handlers still run: {Listed(busy.Select(run => run.Kind))}");
                continue;
            }
            if (next == long.MaxValue && untilMicros == long.MaxValue)
                return;
            Clock.MoveTo(Math.Min(next, untilMicros));
            lock (_room.Gate)
                _room.Wake();
            if (next > untilMicros && !HasWork())
                return;
        }
    }

    private bool HasWork()
    {
        lock (_room.Gate)
            return _room.Cancels.Count + _room.Starts.Count + _room.Ended.Count > 0;
    }

    /// <summary>Calls one thing that is to be called, outside the gate; false: there is none.</summary>
    private bool DoOne()
    {
        JobContext? cancelled = null;
        TestRun? started = null;
        (TaskCompletionSource<FinishedJob> Watch, FinishedJob Job) ended = default;
        lock (_room.Gate)
        {
            if (!_room.Ended.TryDequeue(out ended) && !_room.Cancels.TryDequeue(out cancelled) && !_room.Starts.TryDequeue(out started))
                return false;
        }
        ended.Watch?.TrySetResult(ended.Job);
        if (cancelled is not null)
            Cancel(cancelled);
        if (started is not null)
            _ = ExecuteAsync(started);
        return true;
    }

    private async Task ExecuteAsync(TestRun run)
    {
        TestRun.Current = run;
        JobHandler? handler = _settings.Handlers.Find(run.Kind);
        RunEnd end = await SlotRunner.AttemptAsync(handler is null ? null : CallAsync, run.Payload, run.Job, _settings.Options.Limits.Result, _log);
        end = Ended(run, end);
        lock (_room.Gate)
        {
            if (run.Worker is null)
            {
                run.End = end;
                _alone.Remove(run);
            }
            else
            {
                _room.End(run, end);
            }
        }
        Changed();

        async ValueTask<JobOutcome> CallAsync(ReadOnlyMemory<byte> payload, JobContext job)
        {
            try
            {
                JobOutcome outcome = await handler!(payload, job);
                run.Outcome = outcome;
                return outcome;
            }
            catch (Exception e)
            {
                run.Exception = e;
                throw;
            }
        }
    }

    private void Cancel(JobContext job)
    {
        try
        {
            job.Cancel();
        }
        catch (Exception e)
        {
            LogCancelFailed(_log, e, job.Kind);
        }
    }

    /// <summary>The innermost middleware: what the test wants to fail fails where the handler would.</summary>
    private Task<JobOutcome> FailOrCall(JobContext job, Func<Task<JobOutcome>> next)
    {
        Exception? failure = null;
        lock (_room.Gate)
            _failures.GetValueOrDefault(job.Kind)?.TryDequeue(out failure);
        return failure is null ? next() : Task.FromException<JobOutcome>(failure);
    }

    private void Changed() => _signal.Release();

    private static void RefuseInHandler(string method)
    {
        if (TestRun.Current is not null)
            throw new InvalidOperationException($"A handler cannot call {method}: it is what that runs.");
    }

    private static string Described(JobInfo job) => string.Create(
        CultureInfo.InvariantCulture, $"{job.Kind} {job.Id} in {job.Queue}, {job.State}{(job.Waiting is null ? "" : ": " + job.Waiting)}{(job.Error is null ? "" : "; last error: " + job.Error)}");

    [LoggerMessage(LogLevel.Warning, "A callback on the cancellation of a job of kind {Kind} failed")]
    private static partial void LogCancelFailed(ILogger log, Exception exception, string kind);
}
