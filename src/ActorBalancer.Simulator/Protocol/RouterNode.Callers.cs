using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using ActorBalancer.Storage;

namespace ActorBalancer.Simulator.Protocol;

/// <content>What gateways ask, and what they are told.</content>
internal sealed partial class RouterNode
{
    private const long AnswerTime = 4 * Moment.PerSecond;
    private const long OwnerlessTime = 3 * Moment.PerSecond;
    private const long LookEvery = 250 * Moment.PerMillisecond;

    private readonly HashSet<Process> _ownerWatchers = [];
    private long _ownerlessSince = -1;
    private long _lookAt = long.MinValue;

    private bool IsOwnerlessTooLong => _dispatcher is null && _ownerlessSince >= 0 && Clock.Micros - _ownerlessSince >= OwnerlessTime;

    private void OnEarly(object message, Process from)
    {
        if (IsOwnerlessTooLong && message is not Work.WorkerHello)
            RefuseEarly(message, from);
        else
            _early.Add((message, from));
    }

    private void RefuseEarly(object message, Process from)
    {
        switch (message)
        {
            case SubmitSent submit:
                World.Network.Send(this, from, Refusal(submit.Ticket, submit.Jobs.Count, RefusalCode.StoreUnavailable));
                break;
            case WatchSent watch:
                World.Network.Send(this, from, new JobsEnded([.. watch.Keys.Select((key, index) => (Key: key, Index: index)).Where(k => k.Key >= 0).Select(k => Away(watch.Ticket, k.Index, k.Key))]));
                break;
            case OrderSent order:
                World.Network.Send(this, from, new OrderAnswered(order.Ticket, RefusalCode.StoreUnavailable));
                break;
        }
    }

    private static SubmitAnswered Refusal(long ticket, int jobs, RefusalCode code)
    {
        long[] keys = new long[jobs];
        RefusalCode[] codes = new RefusalCode[jobs];
        Array.Fill(keys, -1);
        Array.Fill(codes, code);
        return new SubmitAnswered(ticket, new SubmitAnswer(0, ticket, keys, codes, ""));
    }

    /// <summary>Callers hear within five seconds, whatever the store does.</summary>
    private long KeepDeadlines()
    {
        long now = Clock.Micros;
        _ownerlessSince = _dispatcher is not null ? -1 : _ownerlessSince < 0 ? now : _ownerlessSince;
        bool inTrouble = _dispatcher is null or { IsStoreLate: true } or { IsStalled: true } || _unknown.Count > 0;
        if (!inTrouble || (_desk.IsEmpty && _early.Count == 0))
            return long.MaxValue;
        if (now < _lookAt)
            return _lookAt;
        _lookAt = now + LookEvery;
        foreach ((int submitter, long ticket, int jobs) in _desk.TakeUntil(now - AnswerTime))
            Tell(submitter, Refusal(ticket, jobs, RefusalCode.OutcomeUnknown));
        if (IsOwnerlessTooLong)
        {
            foreach ((object message, Process from) in _early)
                RefuseEarly(message, from);
            _early.RemoveAll(e => e.Message is not Work.WorkerHello);
        }
        return _lookAt;
    }

    private void OnSubmit(SubmitSent submit, Process from)
    {
        if (Array.Exists(submit.Jobs.Queues, IsElsewhere))
        {
            World.Network.Send(this, from, new Moved(submit.Ticket));
            return;
        }
        int submitter = SubmitterOf(from);
        _desk.Add(submitter, submit.Ticket, submit.Jobs.Count, Clock.Micros);
        Turn().Submitted(submitter, submit.Ticket, submit.Jobs, submit.Notify);
    }

    private int SubmitterOf(Process gateway)
    {
        int number = _submitters.IndexOf(gateway);
        if (number >= 0)
            return number;
        _submitters.Add(gateway);
        return _submitters.Count - 1;
    }

    private void OnGatewayGone(Process gateway)
    {
        int submitter = _submitters.IndexOf(gateway);
        _ownerWatchers.Remove(gateway);
        if (submitter < 0)
            return;
        _dispatcher?.SubmitterGone(submitter);
        _submitters[submitter] = null;
    }

    private void Tell(int submitter, object message)
    {
        if (_submitters[submitter] is { } gateway)
            World.Network.Send(this, gateway, message);
    }

    private void TellMoved(DispatchEffects effects)
    {
        foreach ((int submitter, long ticket) in effects.Moved)
        {
            _desk.Remove(submitter, ticket);
            Tell(submitter, new Moved(ticket));
        }
    }

    private void TellAnswer(in SubmitAnswer answer)
    {
        _desk.Remove(answer.Submitter, answer.Ticket);
        Tell(answer.Submitter, new SubmitAnswered(answer.Ticket, answer));
    }

    private void TellFinished(DispatchEffects effects)
    {
        foreach (IGrouping<int, (int Submitter, FinishedJob Job)> told in effects.Finished.GroupBy(f => f.Submitter))
            Tell(told.Key, new JobsEnded([.. told.Select(t => t.Job)]));
    }

    private void OnWatchOwners(Process gateway)
    {
        SubmitterOf(gateway);
        _ownerWatchers.Add(gateway);
        World.Network.Send(this, gateway, new OwnersTold(_dispatcher?.Incarnation ?? 0, [.. _directory.All.Select(Owner)]));
    }

    private void TellOwners(QueueOwner[] news)
    {
        var message = new OwnersTold(_released ? 0 : _dispatcher?.Incarnation ?? 0, news);
        foreach (Process gateway in _ownerWatchers)
            World.Network.Send(this, gateway, message);
    }

    private void Learn(IReadOnlyList<QueueRow> rows)
    {
        List<QueueOwner> news = [];
        foreach (QueueRow row in rows)
        {
            QueueRow now = _dispatcher is { } d && d.Owns(row.Name) ? row with { Owner = d.Incarnation } : row;
            if (_directory.Set(now))
                news.Add(Owner(now));
        }
        if (news.Count > 0)
            TellOwners([.. news]);
    }

    private static QueueOwner Owner(QueueRow row) => new(row.Name, row.Number, row.Owner);

    private bool IsElsewhere(string queue) => !_dispatcher!.Owns(queue) && _directory.Find(queue) is { Owner: > 0 } row && row.Owner != _dispatcher.Incarnation;

    private void OnWatch(WatchSent watch, Process from)
    {
        int submitter = SubmitterOf(from);
        for (int i = 0; i < watch.Keys.Length; i++)
        {
            if (watch.Keys[i] >= 0)
                WatchOne(submitter, watch.Ticket, i, watch.Keys[i]);
        }
    }

    private void WatchOne(int submitter, long ticket, int index, long key)
    {
        Dispatcher dispatcher = Turn();
        bool isOurs = dispatcher.IsOurs(key);
        if (_submitters[submitter] is not { } asker || dispatcher.Watch(submitter, ticket, index, key))
            return;
        World.Store.Ask(this, "get", s => s.GetAsync(new JobId(key), default), job =>
        {
            bool isOpen = job is not null && !JobTransitions.IsFinal(job.State) && dispatcher.IsOurs(key);
            if (isOpen && ReferenceEquals(dispatcher, _dispatcher))
            {
                if (!isOurs)
                    WatchOne(submitter, ticket, index, key);
                return;
            }
            if (dispatcher.Unwatch(submitter, ticket, index, key))
                World.Network.Send(this, asker, new JobsEnded([Finished(ticket, index, key, job)]));
        }, () =>
        {
            if (dispatcher.Unwatch(submitter, ticket, index, key))
                World.Network.Send(this, asker, new JobsEnded([Away(ticket, index, key)]));
        });
    }

    private static FinishedJob Finished(long ticket, int index, long key, JobInfo? job) => new()
    {
        Ticket = ticket,
        Index = index,
        Key = key,
        Code = job is null ? RefusalCode.NotFound : RefusalCode.None,
        State = job?.State ?? default,
        Worker = "",
    };

    private static FinishedJob Away(long ticket, int index, long key) => new() { Ticket = ticket, Index = index, Key = key, Code = RefusalCode.StoreUnavailable, Worker = "" };

    private void OnOrder(OrderSent sent, Process from, bool isNews)
    {
        Order order = sent.Order;
        bool owned = order.Kind == Order.What.Queue ? _dispatcher!.Owns(order.Name!) : _dispatcher!.Owns(order.Job);
        QueueRow? row = order.Kind == Order.What.Queue ? _directory.Find(order.Name!) : _directory.Find(order.Job);
        if (!owned && row is null && isNews)
        {
            Dispatcher asker = _dispatcher;
            World.Store.Ask(this, "queues", s => s.QueuesAsync(default), queues =>
            {
                Learn(queues);
                if (ReferenceEquals(asker, _dispatcher))
                    OnOrder(sent, from, isNews: false);
                FlushSoon();
            }, () => World.Network.Send(this, from, new OrderAnswered(sent.Ticket, RefusalCode.StoreUnavailable)));
            return;
        }
        if (!owned && row is not null)
        {
            World.Network.Send(this, from, new Moved(sent.Ticket));
            return;
        }
        RefusalCode code = RefusalCode.None;
        switch (order.Kind)
        {
            case Order.What.Queue: code = Turn().SetQueue(order.Name!, order.Strategy, order.Binding, order.Paused).Code; break;
            case Order.What.Cancel: Cancel(order.Job); break;
            case Order.What.Retry: code = Retry(order.Job); break;
        }
        World.Network.Send(this, from, new OrderAnswered(sent.Ticket, code));
    }

    private void Cancel(long key)
    {
        Dispatcher dispatcher = Turn();
        if (dispatcher.Cancel(key))
            return;
        World.Store.Ask(this, "get", s => s.GetAsync(new JobId(key), default), job =>
        {
            if (job is null || JobTransitions.IsFinal(job.State) || _dispatcher is null)
                return;
            Turn().CancelStored(key);
            FlushSoon();
        }, static () => { });
    }

    private RefusalCode Retry(long key)
    {
        Dispatcher dispatcher = Turn();
        RefusalCode code = dispatcher.Retry(key).Code;
        if (code != RefusalCode.None)
            return code;
        void Reopened(Reopening answer)
        {
            dispatcher.Now = Clock;
            dispatcher.Reopened(key, answer);
            FlushSoon();
        }
        void Unknown()
        {
            dispatcher.Now = Clock;
            dispatcher.ReopenUnknown(key);
            FlushSoon();
        }
        World.Store.Ask(this, "get", s => s.GetAsync(new JobId(key), default), job =>
        {
            if (Dispatch.Dispatcher.WhyNotReopened(job) is { } refusal)
                Reopened(refusal);
            else
                World.Store.Ask(this, "reopen", s => s.ReopenAsync(dispatcher.Incarnation, new JobId(key), default), Reopened, Unknown);
        }, () => Reopened(new Reopening(ReopenResult.Unavailable)));
        return RefusalCode.None;
    }
}
