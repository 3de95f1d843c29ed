using ActorBalancer.Dispatch;
using ActorBalancer.Storage;
using ActorBalancer.Strategies;

namespace ActorBalancer.Routers;

/// <content>
/// What people order: cancel and retry a job, change a queue, drain a worker. An order is answered when what it changed is stored, as a submit
/// is: who cancels a job and looks finds it cancelled.
/// </content>
internal sealed partial class RouterCore<TPeer>
{
    private const string NotYetStored = "the store does not answer: it is done, but may be forgotten if this router ends before the store is back";

    // By worker incarnation, so that a drained worker stays drained under a new incarnation of this router, and after it was given up.
    private readonly Dictionary<string, long> _drained = new(StringComparer.Ordinal);
    private readonly List<(long After, TPeer Asker, long Ticket)> _promises = [];
    private long _commits;

    public void Cancel(TPeer asker, long ticket, long key) => Cancel(asker, ticket, key, () => Cancel(asker, ticket, key, again: null));

    private void Cancel(TPeer asker, long ticket, long key, Action? again)
    {
        if (!IsReady(asker, ticket, () => Cancel(asker, ticket, key)) || !IsOurs(asker, ticket, _dispatcher!.Owns(key), _directory.Find(key), again))
            return;
        if (Turn().Cancel(key))
            Promise(asker, ticket);
        else
            Look(key, job => CancelStored(asker, ticket, key, job), () => _shell.Done(asker, ticket, RefusalCode.StoreUnavailable, StoreFailed));
    }

    private void CancelStored(TPeer asker, long ticket, long key, JobInfo? job)
    {
        if (job is null)
        {
            _shell.Done(asker, ticket, RefusalCode.NotFound, $"there is no job {new JobId(key)}");
            return;
        }
        if (JobTransitions.IsFinal(job.State))
        {
            _shell.Done(asker, ticket, RefusalCode.Conflict, $"job {job.Id} is {job.State.ToString().ToLowerInvariant()} already");
            return;
        }
        if (_dispatcher is null)
        {
            _shell.Done(asker, ticket, RefusalCode.NotReady, "this router lost its queues just now; ask again in a second");
            return;
        }
        // The store alone has it, or its cancel by somebody else is on the way there.
        Turn().CancelStored(key);
        Promise(asker, ticket);
    }

    public void Retry(TPeer asker, long ticket, long key) => Retry(asker, ticket, key, () => Retry(asker, ticket, key, again: null));

    private void Retry(TPeer asker, long ticket, long key, Action? again)
    {
        if (!IsReady(asker, ticket, () => Retry(asker, ticket, key)) || !IsOurs(asker, ticket, _dispatcher!.Owns(key), _directory.Find(key), again))
            return;
        Dispatcher dispatcher = Turn();
        (RefusalCode code, string? detail) = dispatcher.Retry(key);
        if (code != RefusalCode.None)
        {
            _shell.Done(asker, ticket, code, detail);
            return;
        }
        // Should the answer to the reopening be lost, an open job that is read back was reopened, and not open all the time.
        Look(
            key,
            job =>
            {
                if (Dispatcher.WhyNotReopened(job) is { } refusal)
                    OnReopened(refusal);
                else
                    _shell.Ask("reopen", s => s.ReopenAsync(dispatcher.Incarnation, new JobId(key), CancellationToken.None), OnReopened, OnUnknown);
            },
            () => OnReopened(new Reopening(ReopenResult.Unavailable)));

        void OnReopened(Reopening answer)
        {
            dispatcher.Now = _shell.Now;
            // Should this incarnation be of the past by now, the present one has read the job back.
            (RefusalCode refused, string? why) = dispatcher.Reopened(key, answer);
            _shell.Done(asker, ticket, refused, why);
        }

        void OnUnknown()
        {
            dispatcher.Now = _shell.Now;
            dispatcher.ReopenUnknown(key);
            _shell.Done(asker, ticket, RefusalCode.OutcomeUnknown, "the store failed; look at the job before you ask again");
        }
    }

    /// <summary>Changes what is not null.</summary>
    public void SetQueue(TPeer asker, long ticket, string queue, string? strategy, Binding? binding, bool? paused, WeightSource? weights) =>
        SetQueue(asker, ticket, queue, strategy, binding, paused, weights, () => SetQueue(asker, ticket, queue, strategy, binding, paused, weights, again: null));

    private void SetQueue(TPeer asker, long ticket, string queue, string? strategy, Binding? binding, bool? paused, WeightSource? weights, Action? again)
    {
        if (!IsReady(asker, ticket, () => SetQueue(asker, ticket, queue, strategy, binding, paused, weights))
            || !IsOurs(asker, ticket, _dispatcher!.Owns(queue), _directory.Find(queue), again))
            return;
        (RefusalCode code, string? detail) = Turn().SetQueue(queue, strategy, binding, paused, weights);
        if (code == RefusalCode.None)
            Promise(asker, ticket);
        else
            _shell.Done(asker, ticket, code, detail);
    }

    /// <summary>The worker of that name gets no new jobs, or gets jobs again.</summary>
    public void Drain(TPeer asker, long ticket, string worker, bool drain)
    {
        if (!IsReady(asker, ticket, () => Drain(asker, ticket, worker, drain)))
            return;
        long incarnation = Turn().DrainOrdered(worker, drain);
        if (incarnation == 0)
        {
            _shell.Done(asker, ticket, RefusalCode.NotFound, $"there is no worker '{worker}'");
            return;
        }
        if (drain)
            _drained[worker] = incarnation;
        else
            _drained.Remove(worker);
        _shell.Done(asker, ticket, RefusalCode.None, null);
    }

    /// <summary>Another router's order, of before this one was there. The worker may not have said hello yet.</summary>
    public void Drained(string worker, long incarnation)
    {
        _drained[worker] = incarnation;
        if (_dispatcher is not null)
            DrainAgain(Turn(), worker, _workers.All.FirstOrDefault(w => w.Name == worker)?.Incarnation ?? 0);
    }

    /// <summary>A worker said hello: an order that it be drained still holds for the same process, and not for its successor.</summary>
    private void DrainAgain(Dispatcher dispatcher, string worker, long incarnation)
    {
        if (!_drained.TryGetValue(worker, out long drained))
            return;
        if (drained == incarnation)
            dispatcher.DrainOrdered(worker, drain: true);
        else if (incarnation != 0)
            _drained.Remove(worker);
    }

    /// <summary>Says yes once what the dispatcher has been told is stored.</summary>
    private void Promise(TPeer asker, long ticket) =>
        // The next commit has it, unless one that could not be stored goes first.
        _promises.Add((_commits + (_dispatcher!.IsStalled ? 2 : 1), asker, ticket));

    private void Keep(CommitResult result)
    {
        if (_promises.Count == 0)
            return;
        if (result == CommitResult.Done)
            Keep(until: _commits, RefusalCode.None, null);
        else
            Keep(until: long.MaxValue, RefusalCode.OutcomeUnknown, NotYetStored);
    }

    /// <summary>Where nothing had to be stored, nothing is waited for.</summary>
    private void KeepIdle()
    {
        if (_promises.Count > 0 && _dispatcher is { HasUnstored: false })
            Keep(until: long.MaxValue, RefusalCode.None, null);
    }

    private void Keep(long until, RefusalCode code, string? detail)
    {
        foreach ((long after, TPeer asker, long ticket) in _promises)
        {
            if (after <= until)
                _shell.Done(asker, ticket, code, detail);
        }
        _promises.RemoveAll(p => p.After <= until);
    }
}
