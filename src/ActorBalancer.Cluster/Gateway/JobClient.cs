using System.Data.Common;
using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using ActorBalancer.Storage;
using ActorBalancer.Strategies;
using Akka.Actor;

namespace ActorBalancer.Cluster.Gateway;

/// <summary>
/// The client of one node. Validates on the caller's thread, so that neither the gateway nor a batch ever sees a bad
/// row, and speaks to the gateway by messages.
/// </summary>
internal sealed class JobClient(TimeProvider clock) : IJobClient
{
    // UTF-16 units of the longest source.
    private const int MaxFilterLength = 2 * JobRequestValidator.MaxSourceLength;
    private const string Stopped = "This node has stopped: use another one.";

    private volatile Link? _link;
    private volatile JobJson _json = JobJson.Default;

    /// <summary>The gateway has started. Before that, everything is refused as not ready.</summary>
    /// <param name="gateway">Of this node.</param>
    /// <param name="limits">Of a batch.</param>
    /// <param name="payloadLimit">Bytes.</param>
    /// <param name="gone">Cancelled when the gateway can answer nobody any more, however it ended.</param>
    /// <param name="transactions">What a caller's transaction can hold.</param>
    /// <param name="json">How arguments are written; null: by reflection.</param>
    public void Connect(
        IActorRef gateway, IntakeLimits limits, int payloadLimit, Func<DbTransaction, IJobTransactions> transactions, CancellationToken gone, JobJson? json = null)
    {
        _json = json ?? JobJson.Default;
        _link = new Link(gateway, limits, payloadLimit, transactions, gone);
    }

    /// <summary>The node stops: whoever comes from now on is refused.</summary>
    public void Disconnect() => _link = null;

    public Task<JobId> SubmitAsync<TArgs>(string kind, TArgs args, Action<SubmitOptions>? configure = null, CancellationToken cancellation = default)
    {
        SubmitOptions options = new();
        configure?.Invoke(options);
        RefusalCode code = Requests.Make(kind, _json.Write(args), options, clock, out JobRequest request, out string? detail);
        return code == RefusalCode.None ? SubmitAsync(request, cancellation) : Refused<JobId>(code, detail!);
    }

    public async Task<JobId> SubmitAsync<TArgs>(
        string kind, TArgs args, DbTransaction transaction, Action<SubmitOptions>? configure = null, CancellationToken cancellation = default)
    {
        Link link = Ready();
        IJobTransactions transactions = link.Transactions(transaction);
        SubmitOptions options = new();
        configure?.Invoke(options);
        RefusalCode code = Requests.Make(kind, _json.Write(args), options, clock, out JobRequest request, out string? detail);
        if (code == RefusalCode.None)
            code = JobRequestValidator.Check(request, link.PayloadLimit, out detail);
        if (code == RefusalCode.None && request.Key is not null)
            (code, detail) = (RefusalCode.Invalid, "'key' cannot be given with a transaction: that makes the job once, or never.");
        if (code != RefusalCode.None)
            throw new JobRefusedException(code, detail!);
        // The owner sets a key aside, for which it needs to know all but the payload.
        WholeSubmit submit = new();
        JobBatch asked = JobBatch.From([request with { Payload = default }], BatchRule.Reserve);
        link.Gateway.Tell(new IClientProtocol.SubmitMany(new IntakeBatch(asked, tag: 0, submit, notify: false)), ActorRefs.NoSender);
        WholeAnswer answer = await UntilGone(submit.Task, link, RefusalCode.NotReady, cancellation).ConfigureAwait(false);
        if (answer.Code != RefusalCode.None)
            throw new JobRefusedException(answer.Code, answer.Detail!);
        JobId id = answer.Ids[0];
        await transactions.SubmitInAsync(transaction, JobBatch.From([request]), [id.Key], clock.GetUtcNow().ToUnixTimeMilliseconds(), cancellation).ConfigureAwait(false);
        return id;
    }

    public async Task<JobId> SubmitAsync(JobRequest request, CancellationToken cancellation = default) =>
        (await SubmitKeyedAsync(request, cancellation).ConfigureAwait(false)).Id;

    /// <summary>As <see cref="SubmitAsync(JobRequest, CancellationToken)"/>, and tells whether its idempotency key names an earlier job.</summary>
    internal Task<(JobId Id, bool IsKnown)> SubmitKeyedAsync(JobRequest request, CancellationToken cancellation = default)
    {
        Link link = Ready();
        RefusalCode code = JobRequestValidator.Check(request, link.PayloadLimit, out string? detail);
        if (code != RefusalCode.None)
            return Refused<(JobId, bool)>(code, detail!);
        OneSubmit submit = new();
        link.Gateway.Tell(new IClientProtocol.SubmitOne(request, submit), ActorRefs.NoSender);
        return UntilGone(submit.Task, link, RefusalCode.OutcomeUnknown, cancellation);
    }

    public Task<IReadOnlyList<SubmitResult>> SubmitManyAsync(IReadOnlyList<JobRequest> requests, CancellationToken cancellation = default)
    {
        Link link = Ready();
        ManySubmit submit = new(requests.Count);
        BatchCutter cutter = new(link.Limits, (jobs, rows) => submit.Add(jobs, rows, link.Gateway));
        for (int i = 0; i < requests.Count; i++)
        {
            RefusalCode code = JobRequestValidator.Check(requests[i], link.PayloadLimit, out string? detail);
            if (code == RefusalCode.None)
                cutter.Add(requests[i], i);
            else
                submit.Refuse(i, code, detail!);
        }
        cutter.Flush();
        return UntilGone(submit.Complete(), link, RefusalCode.OutcomeUnknown, cancellation);
    }

    public Task<JobInfo?> GetAsync(JobId id, CancellationToken cancellation = default) => Ask(RouterQuestions.Get(id), q => q.Answer, cancellation);

    public async Task<JobResult> WaitAsync(JobId id, CancellationToken cancellation = default)
    {
        Link link = Ready();
        JobWatch watch = new();
        link.Gateway.Tell(new IClientProtocol.Watch(id.Key, watch), ActorRefs.NoSender);
        try
        {
            FinishedJob job = await UntilGone(watch.Task, link, RefusalCode.NotReady, cancellation).ConfigureAwait(false);
            return job.Code == RefusalCode.None
                ? new JobResult(id, job.State, job.Result, job.Error, job.Reason, job.Worker, job.Lost)
                : throw new JobRefusedException(job.Code, job.Error ?? $"There is no job {id}: look at the id, or it is no longer kept.");
        }
        catch (OperationCanceledException)
        {
            link.Gateway.Tell(new IClientProtocol.Unwatch(id.Key, watch), ActorRefs.NoSender);
            throw;
        }
    }

    public Task CancelAsync(JobId id, CancellationToken cancellation = default) => Ask(RouterQuestions.Cancel(id), q => q.Answer, cancellation);

    public async Task<IReadOnlyList<JobInfo>> ListAsync(JobFilter? filter = null, CancellationToken cancellation = default) =>
        (await ListPageAsync(filter ?? new JobFilter(), cancellation).ConfigureAwait(false)).Items;

    public IAsyncEnumerable<RanJob> RunAsync(IAsyncEnumerable<JobRequest> requests, int outstanding = 1_000, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outstanding, 1);
        Link link = Ready();
        return new JobRun(requests, outstanding, link.Gateway, link.Limits, link.PayloadLimit, link.Gone).RunAsync(cancellation);
    }

    public IAsyncEnumerable<RanJob> RunAsync(IEnumerable<JobRequest> requests, int outstanding = 1_000, CancellationToken cancellation = default) =>
        RunAsync(requests.ToAsyncEnumerable(), outstanding, cancellation);

    /// <summary>
    /// The batch-level form: no task and no object a job. The sink gets the answer and the arrays of ends as they arrive,
    /// on the gateway's thread. The caller bounds what is outstanding, and the batch by <see cref="IntakeLimits"/>.
    /// </summary>
    internal void SubmitBatch(JobBatch jobs, long tag, IBatchSink sink) =>
        Ready().Gateway.Tell(new IClientProtocol.SubmitMany(new IntakeBatch(jobs, tag, sink, notify: true)), ActorRefs.NoSender);

    /// <summary>A page of a listing, and where the next one begins; see <see cref="ListAsync"/>.</summary>
    /// <exception cref="JobRefusedException">The limit is out of range, or a member too long.</exception>
    internal Task<JobPage> ListPageAsync(JobFilter filter, CancellationToken cancellation = default)
    {
        if (filter.Limit is < 1 or > 1_000)
            return Refused<JobPage>(RefusalCode.Invalid, "'limit' must be 1 to 1000.");
        // Longer ones match nothing, and would only travel.
        foreach ((string name, string? value) in new[]
            { ("queue", filter.Queue), ("kind", filter.Kind), ("source", filter.Source), ("worker", filter.Worker), ("text", filter.Text) })
        {
            if (value is { Length: > MaxFilterLength })
                return Refused<JobPage>(RefusalCode.Invalid, $"'{name}' must have at most {MaxFilterLength} characters.");
        }
        JobQuery query = new()
        {
            State = filter.State,
            Queue = filter.Queue,
            Kind = filter.Kind,
            Source = filter.Source,
            Worker = filter.Worker,
            Text = filter.Text,
            After = filter.After,
            Limit = filter.Limit,
        };
        return Ask(RouterQuestions.List(query), q => q.Answer, cancellation);
    }

    /// <summary>
    /// A dead, discarded or cancelled job waits again, with a fresh budget of attempts; its history stays and its attempts'
    /// numbers go on.
    /// </summary>
    /// <exception cref="JobRefusedException">
    /// There is no such job; or <see cref="RefusalCode.Conflict"/>: it is in another state, or its payload is no longer kept.
    /// </exception>
    internal Task RetryAsync(JobId id, CancellationToken cancellation = default) => Ask(RouterQuestions.Retry(id), q => q.Answer, cancellation);

    /// <summary>
    /// The worker gets no new jobs and finishes what it runs; or gets jobs again, at its full weight. An order lives as long as the
    /// worker's process and the router's. Ordered again it changes nothing.
    /// </summary>
    /// <exception cref="JobRefusedException">There is no worker of that name.</exception>
    internal Task SetWorkerDrainAsync(string worker, bool drain, CancellationToken cancellation = default) => worker.Length > MaxFilterLength
        ? Refused<bool>(RefusalCode.NotFound, "there is no worker of so long a name")
        : Ask(RouterQuestions.Drain(worker, drain), q => q.Answer, cancellation);

    /// <summary>
    /// Submits jobs that are accepted together or not at all. Only on a node with a router: their batch is as large as they are.
    /// </summary>
    /// <param name="requests">Valid, as <see cref="JobRequestValidator"/> finds; from one, up to the number of jobs in a batch.</param>
    /// <param name="onlyAsk">Accepts nothing, and tells whether a job would be refused.</param>
    /// <param name="cancellation">Gives up the wait, not the jobs.</param>
    internal async Task<WholeAnswer> SubmitWholeAsync(IReadOnlyList<JobRequest> requests, bool onlyAsk, CancellationToken cancellation = default)
    {
        Link link = Ready();
        WholeSubmit submit = new();
        JobBatch jobs = JobBatch.From(requests, onlyAsk ? BatchRule.OnlyAsk : BatchRule.AllOrNone);
        link.Gateway.Tell(new IClientProtocol.SubmitMany(new IntakeBatch(jobs, tag: 0, submit, notify: false)), ActorRefs.NoSender);
        return await UntilGone(submit.Task, link, RefusalCode.OutcomeUnknown, cancellation).ConfigureAwait(false);
    }

    /// <summary>Changes what is not null.</summary>
    internal Task SetQueueAsync(string queue, string? strategy, Binding? binding, bool? paused, WeightSource? weights = null, CancellationToken cancellation = default) =>
        Ask(RouterQuestions.SetQueue(queue, strategy, binding, paused, weights), q => q.Answer, cancellation);

    /// <summary>The queue's weights now, and their newest changes as far as they are kept.</summary>
    /// <exception cref="JobRefusedException">There is no such queue.</exception>
    internal Task<QueueWeights> QueueWeightsAsync(string queue, int changes, CancellationToken cancellation = default) =>
        Ask(RouterQuestions.Weights(queue, changes), q => q.Answer, cancellation);

    /// <summary>The queue of that name; null: there is none.</summary>
    internal async Task<QueueInfo?> FindQueueAsync(string queue, CancellationToken cancellation = default)
    {
        if (await FindAsync().ConfigureAwait(false) is { } found)
            return found;
        try
        {
            // The routers that answered may not have heard of a queue that another one made. Its owner is found as for any order, which
            // reads the store again and waits for a queue on its way to a new owner.
            await SetQueueAsync(queue, strategy: null, binding: null, paused: null, weights: null, cancellation).ConfigureAwait(false);
        }
        catch (JobRefusedException refused) when (refused.Code == RefusalCode.NotFound)
        {
            return null;
        }
        catch (JobRefusedException refused) when (refused.Code == RefusalCode.Invalid)
        {
            // It is there, and there was nothing to change.
        }
        return await FindAsync().ConfigureAwait(false);

        async Task<QueueInfo?> FindAsync() => (await ListQueuesAsync(cancellation).ConfigureAwait(false)).FirstOrDefault(q => q.Name == queue);
    }

    internal Task<IReadOnlyList<QueueInfo>> ListQueuesAsync(CancellationToken cancellation = default) =>
        Ask(RouterQuestions.Queues(), q => q.Answer, cancellation);

    internal Task<IReadOnlyList<WorkerInfo>> ListWorkersAsync(CancellationToken cancellation = default) =>
        Ask(RouterQuestions.Workers(), q => q.Answer, cancellation);

    private Task<T> Ask<TQuestion, T>(TQuestion question, Func<TQuestion, Task<T>> answer, CancellationToken cancellation)
        where TQuestion : RouterQuestion
    {
        Link link = Ready();
        link.Gateway.Tell(new IClientProtocol.Ask(question), ActorRefs.NoSender);
        return UntilGone(answer(question), link, question.IsRepeatable ? RefusalCode.NotReady : RefusalCode.OutcomeUnknown, cancellation);
    }

    private static async Task<T> UntilGone<T>(Task<T> task, Link link, RefusalCode code, CancellationToken cancellation)
    {
        using CancellationTokenSource? both = cancellation.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellation, link.Gone) : null;
        try
        {
            return await task.WaitAsync(both?.Token ?? link.Gone).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (link.Gone.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new JobRefusedException(code, Stopped);
        }
    }

    private Link Ready() => _link
        ?? throw new JobRefusedException(RefusalCode.NotReady, "This node has not started, or has stopped: use its job client while the host runs.");

    private static Task<T> Refused<T>(RefusalCode code, string detail) => Task.FromException<T>(new JobRefusedException(code, detail));

    private sealed record Link(
        IActorRef Gateway, IntakeLimits Limits, int PayloadLimit, Func<DbTransaction, IJobTransactions> Transactions, CancellationToken Gone);

    private sealed class OneSubmit() : TaskCompletionSource<(JobId Id, bool IsKnown)>(TaskCreationOptions.RunContinuationsAsynchronously), ISubmitter
    {
        public void Known(long key) => TrySetResult((new JobId(key), true));

        public void Answered(long key, RefusalCode code, string? detail)
        {
            if (code == RefusalCode.None)
                TrySetResult((new JobId(key), false));
            else
                TrySetException(new JobRefusedException(code, detail!));
        }
    }

    private sealed class JobWatch() : TaskCompletionSource<FinishedJob>(TaskCreationOptions.RunContinuationsAsynchronously), IJobWatcher
    {
        public void Finished(in FinishedJob job) => TrySetResult(job);
    }
}
