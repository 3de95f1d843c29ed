using System.Data.Common;
using System.Runtime.CompilerServices;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Dispatch;

namespace ActorBalancer.Testing;

/// <content>As production's client, but that waiting in a test runs the balancer.</content>
public sealed partial class TestBalancer
{
    /// <inheritdoc/>
    public Task<JobId> SubmitAsync<TArgs>(string kind, TArgs args, Action<SubmitOptions>? configure = null, CancellationToken cancellation = default)
    {
        SubmitOptions options = new();
        configure?.Invoke(options);
        RefusalCode code = Requests.Make(kind, _settings.Json.Write(args), options, Clock, out JobRequest request, out string? detail);
        return code == RefusalCode.None ? SubmitAsync(request, cancellation) : Task.FromException<JobId>(new JobRefusedException(code, detail!));
    }

    /// <summary>There is no database here: the job is accepted at once, whatever becomes of the transaction.</summary>
    /// <inheritdoc/>
    public Task<JobId> SubmitAsync<TArgs>(
        string kind, TArgs args, DbTransaction transaction, Action<SubmitOptions>? configure = null, CancellationToken cancellation = default)
    {
        SubmitOptions options = new();
        configure?.Invoke(options);
        return options.Key is null
            ? SubmitAsync(kind, args, configure, cancellation)
            : Task.FromException<JobId>(new JobRefusedException(RefusalCode.Invalid, "'key' cannot be given with a transaction: that makes the job once, or never."));
    }

    /// <inheritdoc/>
    public Task<JobId> SubmitAsync(JobRequest request, CancellationToken cancellation = default)
    {
        SubmitResult result = Submit(request);
        return result.Accepted ? Task.FromResult(result.Id) : Task.FromException<JobId>(new JobRefusedException(result.Code, result.Detail!));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SubmitResult>> SubmitManyAsync(IReadOnlyList<JobRequest> requests, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<SubmitResult>>([.. requests.Select(Submit)]);

    /// <inheritdoc/>
    public Task<JobInfo?> GetAsync(JobId id, CancellationToken cancellation = default)
    {
        lock (_room.Gate)
            return Task.FromResult(_room.Get(id));
    }

    /// <summary>In a test: runs until that job is final. In a handler: waits, as in production, while the others run.</summary>
    /// <exception cref="JobRefusedException">There is no such job.</exception>
    /// <exception cref="TestBalancerException">It cannot end: nothing runs and nothing is due.</exception>
    public async Task<JobResult> WaitAsync(JobId id, CancellationToken cancellation = default)
    {
        TaskCompletionSource<FinishedJob> watch;
        lock (_room.Gate)
            watch = _room.Watch(id);
        if (TestRun.Current is { } run)
        {
            run.Park();
            try
            {
                await watch.Task.WaitAsync(cancellation);
            }
            finally
            {
                run.Unpark();
            }
        }
        else
        {
            await DriveAsync(() => watch.Task.IsCompleted, long.MaxValue, cancellation).ConfigureAwait(false);
        }
        if (!watch.Task.IsCompleted)
        {
            JobInfo? job = await GetAsync(id, cancellation);
            throw new TestBalancerException($"The job cannot end, for nothing runs and nothing is due: {(job is null ? id.ToString() : Described(job))}");
        }
        FinishedJob end = await watch.Task;
        return end.Code == RefusalCode.None
            ? new JobResult(id, end.State, end.Result, end.Error, end.Reason, end.Worker, end.Lost)
            : throw new JobRefusedException(end.Code, end.Error ?? $"There is no job {id}: look at the id.");
    }

    /// <inheritdoc/>
    public Task CancelAsync(JobId id, CancellationToken cancellation = default)
    {
        (RefusalCode code, string? detail) answer;
        lock (_room.Gate)
            answer = _room.Cancel(id);
        Changed();
        return answer.code == RefusalCode.None ? Task.CompletedTask : Task.FromException(new JobRefusedException(answer.code, answer.detail ?? $"There is no job {id}."));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobInfo>> ListAsync(JobFilter? filter = null, CancellationToken cancellation = default)
    {
        filter ??= new JobFilter();
        if (filter.Limit is < 1 or > 1_000)
            return Task.FromException<IReadOnlyList<JobInfo>>(new JobRefusedException(RefusalCode.Invalid, "'limit' must be 1 to 1000."));
        lock (_room.Gate)
        {
            IEnumerable<JobId> ids = _room.Accepted.Select(job => job.Id).Reverse();
            if (filter.After is { } after)
                ids = ids.SkipWhile(id => id != after).Skip(1);
            return Task.FromResult<IReadOnlyList<JobInfo>>([.. ids
                .Select(_room.Get).OfType<JobInfo>().Where(job => Matches(filter, job)).Take(filter.Limit)
                .Select(job => job with { Attempts = [], Decisions = [], Result = default })]);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RanJob> RunAsync(
        IAsyncEnumerable<JobRequest> requests, int outstanding = 1_000, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outstanding, 1);
        Queue<(long Index, JobId Id)> underway = new();
        long index = 0;
        await foreach (JobRequest request in requests.WithCancellation(cancellation))
        {
            SubmitResult result = Submit(request);
            if (result.Accepted)
                underway.Enqueue((index, result.Id));
            else
                yield return Ran(index, null, result);
            index++;
            if (underway.Count >= outstanding)
                yield return await NextAsync();
        }
        while (underway.Count > 0)
            yield return await NextAsync();

        async Task<RanJob> NextAsync()
        {
            (long at, JobId id) = underway.Dequeue();
            return Ran(at, await WaitAsync(id, cancellation), new SubmitResult(id, RefusalCode.None, null));
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RanJob> RunAsync(IEnumerable<JobRequest> requests, int outstanding = 1_000, CancellationToken cancellation = default) =>
        RunAsync(requests.ToAsyncEnumerable(), outstanding, cancellation);

    private SubmitResult Submit(JobRequest request)
    {
        SubmitResult result;
        lock (_room.Gate)
            result = _room.Submit(request);
        Changed();
        return result;
    }

    private static bool Matches(JobFilter filter, JobInfo job) =>
        (filter.State is null || filter.State == job.State)
        && (filter.Queue is null || filter.Queue == job.Queue)
        && (filter.Kind is null || filter.Kind == job.Kind)
        && (filter.Source is null || filter.Source == job.Source)
        && (filter.Worker is null || filter.Worker == job.Worker)
        && (filter.Text is not { } text || new[] { job.Id.ToString(), job.Kind, job.Source, job.Error ?? "" }.Any(t => t.Contains(text, StringComparison.OrdinalIgnoreCase)));

    private static RanJob Ran(long index, JobResult? end, in SubmitResult submit) => new()
    {
        Index = index,
        Id = submit.Id,
        Code = submit.Code,
        State = end?.State ?? default,
        Reason = end?.Reason ?? default,
        Result = end?.Result ?? default,
        Error = end?.Error ?? submit.Detail,
        LostRuns = end?.LostRuns ?? 0,
        Worker = end?.Worker ?? "",
    };
}
