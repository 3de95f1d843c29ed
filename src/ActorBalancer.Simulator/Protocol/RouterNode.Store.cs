using ActorBalancer.Dispatch;
using ActorBalancer.Ownership;
using ActorBalancer.Storage;

namespace ActorBalancer.Simulator.Protocol;

/// <content>The router and its store: registration, lease, and the calls that the dispatcher asks for.</content>
internal sealed partial class RouterNode
{
    private static readonly long s_inboxInterval = 200 * Moment.PerMillisecond;

    private void Own()
    {
        if (_released)
            return;
        Moment now = Clock;
        TimeSpan lease = World.Options.Router.LeaseTime;
        switch (_ownership.Wanted(now))
        {
            case OwnershipCore.Step.Register:
                World.Store.Ask(
                    this,
                    "register",
                    store => store.RegisterAsync(new NodeRow(Name, Host.Address, 1), lease, default),
                    answer => OnRegistered(answer, now),
                    () => OnRegistered(null, now));
                break;
            case OwnershipCore.Step.Renew:
                long incarnation = _ownership.Incarnation;
                World.Store.Ask(
                    this, "renew", store => store.RenewAsync(incarnation, lease, default), answer => OnRenewed(answer, now), () => OnRenewed(null, now));
                break;
        }
        TakeCare();
        _dispatcher?.MayAssign(_ownership.MayAssign(now));
    }

    private void OnRegistered(Registration? registration, Moment sent)
    {
        _ownership.Registered(registration, sent);
        FlushSoon();
        if (_ownership.Incarnation == 0)
            return;
        World.Ledger.Registrations++;
        _dispatcher = new Dispatcher(World.Options, _ownership.Incarnation, Name, _seed, World.Limits) { Now = Clock };
        // Who had jobs of the last incarnation says what it runs before those are given to others (rule 9).
        _dispatcher.AwaitWorkers(_workers.All.Select(seat => seat.Name));
        _former = _workers;
        _workers = new WorkerSeats();
        _takeover.Registered(_ownership.Incarnation);
        _hasClaimed = false;
        _awaited.Clear();
        _greeted.Clear();
        TellOwners([]);
        TakeCare();
        Resolve();
        (object Message, Process From)[] early = [.. _early];
        (MemberNews News, Process Subject)[] news = [.. _earlyNews];
        _early.Clear();
        _earlyNews.Clear();
        foreach ((MemberNews what, Process subject) in news)
            OnMember(what, subject);
        foreach ((object message, Process from) in early)
            Receive(message, from);
    }

    private void OnRenewed(bool? prolonged, Moment sent)
    {
        _ownership.Renewed(prolonged, sent);
        if (prolonged == false)
            Fenced();
        else if (prolonged == true)
            Resolve();
        FlushSoon();
    }

    private void Fenced()
    {
        Log("is fenced");
        _ownership.Fenced();
        _takeover.Lost();
        if (_dispatcher is { } former)
        {
            former.Disowned();
            TellMoved(former.Effects);
        }
        _dispatcher = null;
        TellOwners([]);
        FlushSoon();
    }

    private void OnReleased()
    {
        TellOwners([]);
        foreach (RouterRow router in _directory.Routers.Where(r => r.Incarnation != _ownership.Incarnation))
        {
            if (HostOf(router) is { } host)
                World.Network.SendTo(this, host, new OwnersTold(0, []));
        }
        // Its node stops a little later.
        Later(Moment.PerSecond / 10, () => Die("it has stopped"));
    }

    private void AskStore(Dispatcher dispatcher)
    {
        DispatchEffects effects = dispatcher.Effects;
        foreach (string name in effects.OpenQueues)
            Ask(dispatcher, $"open {name}", s => s.OpenQueueAsync(dispatcher.Incarnation, name, default), row => OnOpened(dispatcher, name, row), () => dispatcher.QueueUnavailable(name));
        foreach (LoadQuery query in effects.Loads)
            Ask(dispatcher, "load", s => s.LoadAsync(query, default), jobs => dispatcher.Loaded(query, jobs), () => dispatcher.Loaded(query, null));
        if (effects.Commit is { } commit)
            World.Store.Commit(this, commit, result => OnCommitted(dispatcher, result));
        if (effects.Unknown is { } unknown)
            _unknown.Add(unknown);
        if (effects.Fenced)
            Fenced();
    }

    /// <summary>What an earlier incarnation asked for concerns nobody any more.</summary>
    private void Ask<T>(Dispatcher asker, string what, Func<IJobStore, ValueTask<T>> call, Action<T> answered, Action failed) =>
        World.Store.Ask(this, what, call, answer => Hear(asker, () => answered(answer)), () => Hear(asker, failed));

    private void Hear(Dispatcher asker, Action tell)
    {
        if (!ReferenceEquals(asker, _dispatcher))
            return;
        asker.Now = Clock;
        tell();
        FlushSoon();
    }

    private void OnCommitted(Dispatcher asker, CommitResult result)
    {
        asker.Now = Clock;
        asker.Committed(result);
        if (ReferenceEquals(asker, _dispatcher))
        {
            FlushSoon();
            return;
        }
        // It was fenced while the commit was on its way. What the commit stored is stored, and nobody else can tell its callers.
        TellMoved(asker.Effects);
        foreach (SubmitAnswer told in asker.Effects.Answers)
            TellAnswer(told);
        TellFinished(asker.Effects);
        if (asker.Effects.Unknown is { } unknown)
            _unknown.Add(unknown);
        asker.Effects.Clear();
    }

    private void Resolve()
    {
        foreach (UnknownCommit commit in _unknown.ToArray())
        {
            World.Store.Ask(
                this,
                "read back",
                store => new ValueTask<bool[][]>(ReadBack.RowsAsync(store, commit)),
                stored => OnReadBack(commit, World.Seams.ReadBack(stored)),
                () => _unknown.Add(commit));
        }
        _unknown.Clear();
    }

    private void OnReadBack(UnknownCommit commit, bool[][] stored)
    {
        for (int s = 0; s < stored.Length; s++)
        {
            UnknownSubmit submit = commit.Submits[s];
            TellAnswer(submit.ReadBack(stored[s], "the store was lost while it was to store the job"));
            for (int i = 0; submit.Notify && _dispatcher is not null && i < stored[s].Length; i++)
            {
                if (stored[s][i])
                    WatchOne(submit.Answer.Submitter, submit.Answer.Ticket, i, submit.Answer.Keys[i]);
            }
        }
        FlushSoon();
    }

    private void LookIntoInbox()
    {
        Later(s_inboxInterval, LookIntoInbox);
        // Whoever looks at an empty inbox only takes time.
        if (_readsInbox || _released || _dispatcher is not { } dispatcher || World.Store.Inside.InboxRows == 0)
            return;
        _readsInbox = true;
        World.Store.Ask(this, "inbox", s => s.ReadInboxAsync(dispatcher.Incarnation, Dispatcher.InboxLimit, default), rows =>
        {
            _readsInbox = false;
            Hear(dispatcher, () => dispatcher.InboxRead(rows));
        }, () => _readsInbox = false);
    }
}
