using ActorBalancer.Dispatch;
using ActorBalancer.Ownership;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>
/// A router node: the production machines for dispatch, registration and takeover, and what their shell does around them. As there, a turn
/// ends when nothing more has come at the same moment.
/// </summary>
internal sealed partial class RouterNode : Process
{
    private readonly OwnershipCore _ownership;
    private readonly TakeoverCore _takeover;
    private readonly QueueDirectory _directory = new();
    private readonly Strangers _strangers = new();
    private readonly SubmitDesk _desk = new();
    private readonly List<Process?> _submitters = [];
    private readonly List<(object Message, Process From)> _early = [];
    private readonly List<(MemberNews News, Process Subject)> _earlyNews = [];
    private readonly List<UnknownCommit> _unknown = [];
    private readonly ulong _seed;
    private WorkerSeats _workers = new();
    private WorkerSeats _former = new();
    private Dispatcher? _dispatcher;
    private string _logged = "";
    private bool _flushing;
    private bool _released;
    private bool _readsInbox;
    private long _wakeAt = long.MaxValue;

    public RouterNode(World world, Host host) : base(world, host)
    {
        _seed = world.Luck.Seed();
        _ownership = new OwnershipCore((long)world.Options.Router.LeaseTime.TotalMicroseconds);
        _takeover = new TakeoverCore(host.Name);
    }

    /// <summary>Null: it is not registered.</summary>
    public Dispatcher? Dispatcher => _dispatcher;

    public override void Start()
    {
        World.Membership.Join(this);
        LookIntoInbox();
        Own();
        FlushSoon();
    }

    /// <summary>It stops in good order.</summary>
    public void Release()
    {
        _released = true;
        _dispatcher?.MayAssign(false);
        if (_ownership.Incarnation == 0)
        {
            Die("it has stopped");
            return;
        }
        World.Store.Ask(this, "release", async store =>
        {
            await store.ReleaseAsync(_ownership.Incarnation, default).ConfigureAwait(false);
            return true;
        }, _ => OnReleased(), OnReleased);
    }

    public override void Receive(object message, Process from)
    {
        switch (message)
        {
            case WhoIsThere: World.Network.Send(this, from, new RouterIsHere()); return;
            case RouterWelcome welcome: _processes[welcome.RouterIncarnation] = welcome.ProcessIncarnation; return;
            case WatchOwners: OnWatchOwners(from); return;
            case OwnersTold: _takeover.LookNow(); break;
            case SubmitSent m when _released: World.Network.Send(this, from, new Moved(m.Ticket)); return;
            case OrderSent m when _released: World.Network.Send(this, from, new Moved(m.Ticket)); return;
            case WorkerReport when _dispatcher is null: return;
            case SubmitSent or OrderSent or WatchSent or WorkerHello when _dispatcher is null:
                OnEarly(message, from);
                break;
            case WorkerReport m: OnReport(World.Seams.Read(this, m), from); break;
            case WorkerHello m: OnHello(World.Seams.Read(this, m), from); break;
            case SubmitSent m: OnSubmit(m, from); break;
            case WatchSent m: OnWatch(m, from); break;
            case OrderSent m: OnOrder(m, from, isNews: true); break;
        }
        FlushSoon();
    }

    public override void Told(MemberNews news, Process subject)
    {
        if (subject is GatewayNode && news is MemberNews.Removed or MemberNews.Gone)
            OnGatewayGone(subject);
        // Of an earlier incarnation's workers those that are removed are awaited no more.
        if (news is MemberNews.Removed or MemberNews.Gone)
            World.Ledger.GivenUp(subject.Name);
        // Another process lives at its address by now.
        if (news is MemberNews.Removed && _workerNodes.TryGetValue(subject.Host, out Process? newer) && newer != subject)
            return;
        OnNode(news, subject);
        if (_dispatcher is null)
            _earlyNews.Add((news, subject));
        else
            OnMember(news, subject);
        FlushSoon();
    }

    private void OnReport(WorkerReport report, Process from)
    {
        if (!Turn().WorkerReported(report) && _strangers.MayAnswer(report.WorkerIncarnation, Clock))
            World.Network.Send(this, from, Welcome(report.WorkerIncarnation));
    }

    private void OnHello(WorkerHello hello, Process from)
    {
        int row = Turn().WorkerHello(hello);
        if (row < 0)
            return;
        _strangers.Known(hello.WorkerIncarnation);
        _workers.Set(row, from, hello.WorkerIncarnation, hello.Name);
        _awaited.Remove(hello.Name);
        HeardOf(from.Host.Address);
        World.Network.Send(this, from, Welcome(hello.WorkerIncarnation));
    }

    private RouterWelcome Welcome(long worker) => new(_dispatcher!.Incarnation, Name, worker, 1)
    {
        ProcessIncarnation = Incarnation,
        Queues = _dispatcher.OwnedQueues,
    };

    /// <summary>The dispatcher with its clock set: every event goes in through here.</summary>
    private Dispatcher Turn()
    {
        _dispatcher!.Now = Clock;
        return _dispatcher;
    }

    private void FlushSoon()
    {
        if (_flushing)
            return;
        _flushing = true;
        Later(0, Flush);
    }

    private void Flush()
    {
        _flushing = false;
        Own();
        CarryOut();
        long wake = Math.Min(Math.Min(KeepDeadlines(), _takeover.WakeAtMicros), Math.Min(_ownership.WakeAtMicros, _dispatcher?.Effects.WakeAtMicros ?? long.MaxValue));
        wake = Math.Max(wake, Clock.Micros + Moment.PerMillisecond);
        if (_wakeAt <= wake && _wakeAt > Clock.Micros)
            return;
        _wakeAt = wake;
        AtOwn(wake, () =>
        {
            if (_wakeAt == wake)
                _wakeAt = long.MaxValue;
            FlushSoon();
        });
    }

    /// <summary>Does what the dispatcher wants, and looks whether it still agrees with itself.</summary>
    private void CarryOut()
    {
        if (_dispatcher is not { } dispatcher)
            return;
        dispatcher.Now = Clock;
        dispatcher.Flush();
        AskStore(dispatcher);
        Speak(dispatcher.Effects);
        dispatcher.Effects.Clear();
        if (World.IsLogged)
            LogQueues(dispatcher);
        World.Ledger.Check(this, dispatcher);
    }

    private void LogQueues(Dispatcher dispatcher)
    {
        string queues = string.Join(", ", dispatcher.Figures().Queues.Select(q => $"{q.Name} {q.Waiting} {q.Running} {q.Scheduled}"));
        if (queues != _logged)
            Log($"waiting, running, scheduled: {queues}");
        _logged = queues;
    }

    private void Speak(DispatchEffects effects)
    {
        TellMoved(effects);
        foreach (SubmitAnswer answer in effects.Answers)
            TellAnswer(answer);
        foreach ((int submitter, long ticket, int index, long key) in effects.Watches)
            WatchOne(submitter, ticket, index, key);
        TellFinished(effects);
        foreach ((int row, AssignBatch batch) in effects.Sends)
        {
            if (_workers[row] is { } worker && World.Seams.Send(this, batch) is { } sent)
            {
                World.Ledger.Assigned(this, worker, batch);
                World.Network.Send(this, worker, sent);
            }
        }
        foreach (int row in effects.Welcomes)
            WelcomeEach(seat => seat.Process == _workers[row]);
        foreach (DispatchNotice notice in effects.Notices)
        {
            if (World.IsLogged)
                Log($"{notice.Kind} {notice.Subject} {notice.Count} {notice.Detail}");
            if (notice.Kind == NoticeKind.WorkerLost)
                World.Ledger.GivenUp(notice.Subject);
        }
        foreach (long worker in effects.Gone)
            _workers.Remove(worker);
    }

    private void OnMember(MemberNews news, Process subject)
    {
        Dispatcher dispatcher = Turn();
        switch (news)
        {
            case MemberNews.Gone:
                dispatcher.WorkerGone(subject.Incarnation, "its process has ended");
                AwaitNoMore(dispatcher, [subject.Incarnation]);
                break;
            case MemberNews.Unreachable or MemberNews.Disconnected: Each(subject, dispatcher.WorkerSilent); break;
            case MemberNews.Reachable: Each(subject, dispatcher.WorkerReachable); break;
            case MemberNews.Removed:
                Each(subject, dispatcher.WorkerRemoved);
                AwaitNoMore(dispatcher, _former.At(subject.Host));
                break;
        }
    }

    private void AwaitNoMore(Dispatcher dispatcher, long[] workers)
    {
        foreach (long worker in workers)
        {
            if (_former.Remove(worker) is { } name)
                dispatcher.HeardOf(name);
        }
    }

    private void Each(Process subject, Action<long> tell)
    {
        foreach (long incarnation in _workers.At(subject.Host))
            tell(incarnation);
    }
}
