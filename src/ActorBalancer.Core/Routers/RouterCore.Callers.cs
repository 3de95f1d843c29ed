using ActorBalancer.Dispatch;
using ActorBalancer.Storage;

namespace ActorBalancer.Routers;

/// <content>
/// What gateways ask, and what they are told. While the store does not answer, the router does: each caller hears within five seconds, and
/// nothing is collected behind it for longer than that.
/// </content>
internal sealed partial class RouterCore<TPeer>
{
    // Together with the dispatcher's patience for a commit, and a look every quarter of a second, below five seconds.
    private const long AnswerTime = 4 * Moment.PerSecond;
    private const long OwnerlessTime = 3 * Moment.PerSecond;
    private const long LookEvery = 250 * Moment.PerMillisecond;
    private const string StoreSilent = "the store did not answer in time: the job may have been accepted, look before you submit it again";
    private const string NotRegistered = "this router is not registered in its store, which does not answer; ask again when it does";
    public const string StoreFailed = "the store could not be read; ask again";

    private readonly SubmitDesk _desk = new();
    private readonly Submitters<TPeer> _submitters = new();
    private long _ownerlessSince = -1;
    private long _lookAt = long.MinValue;

    private bool IsStoreInTrouble => _dispatcher is null or { IsStoreLate: true } or { IsStalled: true } || _unknown.Count > 0;

    private bool IsOwnerlessTooLong => _dispatcher is null && _ownerlessSince >= 0 && _shell.Now.Micros - _ownerlessSince >= OwnerlessTime;

    /// <summary>
    /// True: a question can be answered now. Else it is said again to the next incarnation, for a moment, or refused, or its gateway is told to
    /// ask another router.
    /// </summary>
    public bool IsReady(TPeer asker, long ticket, Action again, Action refuse)
    {
        if (_released)
            _shell.Moved(asker, ticket);
        else if (_dispatcher is not null)
            return true;
        else if (IsOwnerlessTooLong)
            refuse();
        else
            _early.Add(new Early(again, refuse));
        return false;
    }

    /// <summary>The same for a question whose refusal is a <see cref="IRouterShell{TPeer}.Done"/>.</summary>
    public bool IsReady(TPeer asker, long ticket, Action again) =>
        IsReady(asker, ticket, again, () => _shell.Done(asker, ticket, RefusalCode.StoreUnavailable, NotRegistered));

    /// <param name="gateway">Who is answered.</param>
    /// <param name="ticket">The gateway's own number for the batch.</param>
    /// <param name="jobs">Validated.</param>
    /// <param name="notify">It wants to hear of their ends.</param>
    public void Submit(TPeer gateway, long ticket, JobBatch jobs, bool notify)
    {
        if (_dispatcher is null || _released)
        {
            if (!IsReady(gateway, ticket, () => Submit(gateway, ticket, jobs, notify), () => _shell.Answer(gateway, Refusal(ticket, jobs.Count, RefusalCode.StoreUnavailable, NotRegistered))))
                return;
        }
        foreach (string queue in jobs.Queues)
        {
            if (!IsElsewhere(queue))
                continue;
            _shell.Moved(gateway, ticket);
            return;
        }
        int submitter = SubmitterOf(gateway);
        Dispatcher dispatcher = Turn();
        _desk.Add(submitter, ticket, jobs.Count, dispatcher.Now.Micros);
        dispatcher.Submitted(submitter, ticket, jobs, notify);
    }

    /// <summary>Tells of the ends of jobs, at once for those that are final. Rows below 0 are another router's to tell of.</summary>
    public void Watch(TPeer gateway, long ticket, long[] keys)
    {
        if (!IsReady(gateway, ticket, () => Watch(gateway, ticket, keys), RefuseAll))
            return;
        int submitter = SubmitterOf(gateway);
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] >= 0)
                WatchOne(submitter, ticket, i, keys[i]);
        }

        void RefuseAll() =>
            _shell.Finished(gateway, [.. keys.Select((key, index) => (Key: key, Index: index)).Where(k => k.Key >= 0).Select(k => Away(ticket, k.Index, k.Key))]);
    }

    public void GatewayGone(TPeer gateway)
    {
        _ownerWatchers.Remove(gateway);
        if (!_submitters.TryFind(gateway, out int submitter))
            return;
        _dispatcher?.SubmitterGone(submitter);
        _submitters.Remove(gateway);
    }

    /// <summary>What the store has of a job; one of the two is called, now or in a later turn.</summary>
    public void Look(long key, Action<JobInfo?> tell, Action failed) => _shell.Ask("get", s => s.GetAsync(new JobId(key), CancellationToken.None), tell, failed);

    private int SubmitterOf(TPeer gateway)
    {
        if (_submitters.TryFind(gateway, out int submitter))
            return submitter;
        _shell.Watch(gateway);
        return _submitters.Add(gateway);
    }

    private void WatchOne(int submitter, long ticket, int index, long key)
    {
        Dispatcher dispatcher = Turn();
        bool isOurs = dispatcher.IsOurs(key);
        if (_submitters[submitter] is not { } asker || dispatcher.Watch(submitter, ticket, index, key))
            return;
        Look(
            key,
            job =>
            {
                // The store alone has it: the dispatcher tells of its end, unless it is of the past by now.
                bool isOpen = job is not null && !JobTransitions.IsFinal(job.State) && dispatcher.IsOurs(key);
                if (isOpen && ReferenceEquals(dispatcher, _dispatcher))
                {
                    // It became ours while the store was asked, so nobody has written down who waits for it.
                    if (!isOurs)
                        WatchOne(submitter, ticket, index, key);
                    return;
                }
                // Who asked before it became ours is written down nowhere.
                if (!isOurs || dispatcher.Unwatch(submitter, ticket, index, key))
                {
                    // One that is not final tells the gateway to ask the queue's owner.
                    _shell.Finished(asker, [Ended(ticket, index, key, job)]);
                }
            },
            () =>
            {
                if (!isOurs || dispatcher.Unwatch(submitter, ticket, index, key))
                    _shell.Finished(asker, [Away(ticket, index, key)]);
            });
    }

    private static FinishedJob Ended(long ticket, int index, long key, JobInfo? job) => new()
    {
        Ticket = ticket,
        Index = index,
        Key = key,
        Code = job is null ? RefusalCode.NotFound : RefusalCode.None,
        State = job?.State ?? default,
        Reason = job?.Reason ?? default,
        Lost = job?.Attempts.Count(a => a.Outcome == AttemptOutcome.Lost) ?? 0,
        Worker = job?.Worker ?? "",
        Result = job?.Result ?? default,
        Error = job?.Error,
    };

    private static FinishedJob Away(long ticket, int index, long key) =>
        new() { Ticket = ticket, Index = index, Key = key, Code = RefusalCode.StoreUnavailable, Error = StoreFailed, Worker = "" };

    private static SubmitAnswer Refusal(long ticket, int jobs, RefusalCode code, string detail)
    {
        long[] keys = new long[jobs];
        RefusalCode[] codes = new RefusalCode[jobs];
        Array.Fill(keys, -1);
        Array.Fill(codes, code);
        return new SubmitAnswer(0, ticket, keys, codes, detail);
    }

    /// <summary>Looks whom to tell that the store does not answer. When to look again.</summary>
    private long KeepDeadlines()
    {
        long now = _shell.Now.Micros;
        _ownerlessSince = _dispatcher is not null ? -1 : _ownerlessSince < 0 ? now : _ownerlessSince;
        if (!IsStoreInTrouble || (_desk.IsEmpty && _early.Count == 0))
            return long.MaxValue;
        if (now < _lookAt)
            return _lookAt;
        _lookAt = now + LookEvery;
        foreach ((int submitter, long ticket, int jobs) in _desk.TakeUntil(now - AnswerTime))
        {
            if (_submitters[submitter] is { } gateway)
                _shell.Answer(gateway, Refusal(ticket, jobs, RefusalCode.OutcomeUnknown, StoreSilent));
        }
        if (IsOwnerlessTooLong)
        {
            foreach (Early early in _early)
                early.Refuse?.Invoke();
            _early.RemoveAll(e => e.Refuse is not null);
        }
        return _lookAt;
    }

    private void TellMoved(DispatchEffects effects)
    {
        foreach ((int submitter, long ticket) in effects.Moved)
        {
            _desk.Remove(submitter, ticket);
            if (_submitters[submitter] is { } gateway)
                _shell.Moved(gateway, ticket);
        }
    }

    private void TellAnswer(in SubmitAnswer answer)
    {
        _desk.Remove(answer.Submitter, answer.Ticket);
        if (_submitters[answer.Submitter] is { } gateway)
            _shell.Answer(gateway, answer);
    }

    /// <summary>
    /// One message a gateway, in the order in which the jobs became final; cut so that large results stay below the frame
    /// limit, since a larger message is dropped without a word. Mostly there is one gateway.
    /// </summary>
    private void TellFinished(List<(int Submitter, FinishedJob Job)> finished)
    {
        int start = 0;
        while (start < finished.Count)
        {
            int submitter = finished[start].Submitter;
            int end = start;
            int bytes = 0;
            do
            {
                bytes += SizeOf(finished[end].Job);
                end++;
            }
            while (end < finished.Count && finished[end].Submitter == submitter && bytes + SizeOf(finished[end].Job) <= _setup.Options.Router.BatchBytes);
            var jobs = new FinishedJob[end - start];
            for (int i = start; i < end; i++)
                jobs[i - start] = finished[i].Job;
            if (_submitters[submitter] is { } gateway)
                _shell.Finished(gateway, jobs);
            start = end;
        }
    }

    // Characters take up to three bytes, and the numbers of an entry some thirty.
    private static int SizeOf(in FinishedJob job) => job.Result.Length + 3 * (job.Error?.Length ?? 0) + 32;
}
