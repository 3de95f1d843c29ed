using ActorBalancer.Dispatch;
using ActorBalancer.Ownership;
using ActorBalancer.Storage;

namespace ActorBalancer.Routers;

/// <content>
/// The router and its store: registration, lease, and the calls that the dispatcher asks for. A store that answers at once (memory) is used
/// within the turn; one that takes time answers in another, and the turns until then collect.
/// </content>
internal sealed partial class RouterCore<TPeer>
{
    private const string NotStored = "the store was lost while it was to store the job; it was not accepted, submit it again";

    // Commits whose answers were lost (rule 11).
    private readonly List<UnknownCommit> _unknown = [];
    private bool _readsInbox;

    private void Own()
    {
        if (_released)
            return;
        Moment now = _shell.Now;
        TimeSpan lease = _setup.Options.Router.LeaseTime;
        switch (_ownership.Wanted(now))
        {
            case OwnershipCore.Step.Register:
                _shell.Ask(
                    "register",
                    s => s.RegisterAsync(_setup.Node, lease, CancellationToken.None),
                    answer => OnRegistered(answer, now),
                    () => OnRegistered(null, now));
                break;
            case OwnershipCore.Step.Renew:
                long incarnation = _ownership.Incarnation;
                _shell.Ask<bool?>(
                    "renew",
                    async s => await s.RenewAsync(incarnation, lease, CancellationToken.None).ConfigureAwait(false),
                    answer => OnRenewed(answer, now),
                    () => OnRenewed(null, now));
                break;
        }
        TakeCare();
        bool may = _ownership.MayAssign(now);
        IsRegistered = may && _dispatcher is not null;
        _dispatcher?.MayAssign(may);
    }

    private void OnRegistered(Registration? registration, Moment sent)
    {
        _ownership.Registered(registration, sent);
        if (_ownership.Refusal is { } refusal)
            _shell.News(RouterNews.Refused, refusal, 0);
        if (_ownership.Incarnation == 0)
            return;
        var dispatcher = new Dispatcher(_setup.Options, _ownership.Incarnation, _setup.Node.Name, _setup.Seed, _setup.Limits)
        {
            Now = _shell.Now,
            OpensAtStart = _setup.OpensAtStart,
        };
        _dispatcher = dispatcher;
        dispatcher.KindsKnown(_setup.OwnKinds);
        // Who had jobs of the last incarnation says what it runs before those are given to others (rule 9).
        dispatcher.AwaitWorkers(_workers.Names);
        _former = _workers;
        _workers = new WorkerRows<TPeer>();
        _takeover.Registered(_ownership.Incarnation);
        _round = 1;
        _awaited.Clear();
        _greeted.Clear();
        _shell.News(RouterNews.Registered, _setup.Node.Name, _ownership.Incarnation);
        TellOwners([]);
        TakeCare();
        Resolve();
        Early[] early = [.. _early];
        _early.Clear();
        foreach (Early what in early)
            what.Again();
    }

    private void OnRenewed(bool? prolonged, Moment sent)
    {
        _ownership.Renewed(prolonged, sent);
        // A commit may have said so before.
        if (_dispatcher is null)
            return;
        if (prolonged == false)
            Fenced();
        else if (prolonged == true)
            Resolve();
    }

    /// <summary>This incarnation owns nothing any more. Workers keep what they run and offer it to the next one.</summary>
    private void Fenced()
    {
        _shell.News(RouterNews.Fenced, _setup.Node.Name, _ownership.Incarnation);
        _ownership.Fenced();
        _takeover.Lost();
        if (_dispatcher is { } former)
        {
            former.Disowned();
            TellMoved(former.Effects);
        }
        (IsRegistered, IsStoreAway) = (false, false);
        _dispatcher = null;
        Keep(CommitResult.Fenced);
        TellOwners([]);
    }

    /// <summary>
    /// Gives up the registration in good order: nothing more is assigned, and <paramref name="released"/> is called when the queues are free or
    /// the store does not answer.
    /// </summary>
    public void Release(Action released)
    {
        _released = true;
        IsRegistered = false;
        _dispatcher?.MayAssign(false);
        if (_ownership.Incarnation == 0)
        {
            released();
            return;
        }
        long incarnation = _ownership.Incarnation;
        _shell.Ask("release", async s =>
        {
            await s.ReleaseAsync(incarnation, CancellationToken.None).ConfigureAwait(false);
            return true;
        }, _ => OnReleased(released), () => OnReleased(released));
    }

    private void OnReleased(Action released)
    {
        TellOwners([]);
        // The others need not wait until they look.
        foreach (RouterRow router in _directory.Routers.Where(r => r.Incarnation != _ownership.Incarnation))
            _shell.TellFreed(router);
        released();
    }

    /// <summary>Does what the dispatcher wants until it wants nothing more that can be done at once.</summary>
    private void CarryOut()
    {
        bool again = true;
        while (again && _dispatcher is { } dispatcher)
        {
            dispatcher.Now = _shell.Now;
            dispatcher.Flush();
            again = AskStore(dispatcher);
            Speak(dispatcher.Effects);
            dispatcher.Effects.Clear();
        }
        KeepIdle();
    }

    /// <summary>True: the store has answered something already, so the turn goes on.</summary>
    private bool AskStore(Dispatcher dispatcher)
    {
        DispatchEffects effects = dispatcher.Effects;
        bool answered = false;
        for (int i = 0; i < effects.OpenQueues.Count; i++)
        {
            string name = effects.OpenQueues[i];
            answered |= Ask(
                dispatcher,
                "open",
                s => s.OpenQueueAsync(dispatcher.Incarnation, name, CancellationToken.None),
                row => OnOpened(dispatcher, name, row),
                () => dispatcher.QueueUnavailable(name));
        }
        for (int i = 0; i < effects.Loads.Count; i++)
        {
            LoadQuery query = effects.Loads[i];
            answered |= Ask(
                dispatcher, "load", s => s.LoadAsync(query, CancellationToken.None), jobs => dispatcher.Loaded(query, jobs), () => dispatcher.Loaded(query, null));
        }
        effects.Loads.Clear();
        if (effects.Commit is { } commit)
        {
            _commits++;
            answered |= _shell.Commit(commit, result => OnCommitted(dispatcher, result));
        }
        if (effects.Unknown is { } unknown)
            _unknown.Add(unknown);
        if (effects.Fenced)
            Fenced();
        return answered;
    }

    /// <summary>For an incarnation: what an earlier one asked for concerns nobody any more.</summary>
    private bool Ask<T>(Dispatcher asker, string what, Func<IJobStore, ValueTask<T>> call, Action<T> answered, Action failed)
    {
        return _shell.Ask(what, call, answer => Hear(() => answered(answer)), () => Hear(failed));

        void Hear(Action tell)
        {
            if (!ReferenceEquals(asker, _dispatcher))
                return;
            asker.Now = _shell.Now;
            tell();
        }
    }

    private void OnCommitted(Dispatcher asker, CommitResult result)
    {
        asker.Now = _shell.Now;
        asker.Committed(result);
        Keep(result);
        if (ReferenceEquals(asker, _dispatcher))
            return;
        // It was fenced while the commit was on its way. What the commit stored is stored, and nobody else can tell its callers.
        TellMoved(asker.Effects);
        foreach (SubmitAnswer told in asker.Effects.Answers)
            TellAnswer(told);
        TellFinished(asker.Effects.Finished);
        if (asker.Effects.Unknown is { } unknown)
            _unknown.Add(unknown);
        asker.Effects.Clear();
    }

    /// <summary>
    /// The next incarnation has fenced the one whose commit was not answered, so nothing of it can land any more: what can be read back is stored,
    /// and what cannot is not.
    /// </summary>
    private void Resolve()
    {
        UnknownCommit[] commits = [.. _unknown];
        _unknown.Clear();
        foreach (UnknownCommit commit in commits)
        {
            _shell.Ask(
                "read back",
                s => new ValueTask<bool[][]>(ReadBack.RowsAsync(s, commit)),
                stored => OnReadBack(commit, stored),
                // The next renewal that succeeds tries again; whoever waits is told by its gateway when that takes too long.
                () => _unknown.Add(commit));
        }
    }

    private void OnReadBack(UnknownCommit commit, bool[][] stored)
    {
        for (int s = 0; s < stored.Length; s++)
        {
            UnknownSubmit submit = commit.Submits[s];
            TellAnswer(submit.ReadBack(stored[s], NotStored));
            for (int i = 0; submit.Notify && _dispatcher is not null && i < stored[s].Length; i++)
            {
                if (stored[s][i])
                    WatchOne(submit.Answer.Submitter, submit.Answer.Ticket, i, submit.Answer.Keys[i]);
            }
        }
    }

    /// <summary>Jobs that others stored in transactions of their own (rule 4); nobody tells of them, so the shell calls this many times a second.</summary>
    public void LookIntoInbox()
    {
        if (_readsInbox || _released || IsStoreAway || _dispatcher is not { } dispatcher)
            return;
        _readsInbox = true;
        _shell.Ask(
            "inbox",
            s => s.ReadInboxAsync(dispatcher.Incarnation, Dispatcher.InboxLimit, CancellationToken.None),
            rows =>
            {
                _readsInbox = false;
                if (ReferenceEquals(dispatcher, _dispatcher) && (rows.Ids.Length > 0 || rows.Ownerless.Count > 0))
                    Turn().InboxRead(rows);
            },
            () => _readsInbox = false);
    }
}
