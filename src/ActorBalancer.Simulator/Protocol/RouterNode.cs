using ActorBalancer.Dispatch;
using ActorBalancer.Routers;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>
/// A router node: the production <see cref="RouterCore{TPeer}"/>, behind the shell that <see cref="IRouterShell{TPeer}"/> asks for. As in
/// production, a turn ends when nothing more has come at the same moment.
/// </summary>
internal sealed partial class RouterNode : Process
{
    // Production looks more often; an empty look is all that it finds.
    private const long InboxEvery = 200 * Moment.PerMillisecond;

    private readonly RouterCore<Process> _core;
    private string _logged = "";
    private bool _flushing;
    private long _wakeAt = long.MaxValue;

    public RouterNode(World world, Host host) : base(world, host) => _core = new RouterCore<Process>(
        new RouterSetup
        {
            Options = world.Options,
            Limits = world.Limits,
            Node = new NodeRow(host.Name, host.Address, 1),
            Process = Incarnation,
            Seed = world.Luck.Seed(),
        },
        this);

    /// <summary>Null: it is not registered.</summary>
    public Dispatcher? Dispatcher => _core.Dispatcher;

    public override void Start()
    {
        World.Membership.Join(this);
        LookIntoInbox();
        _core.Start();
        FlushSoon();
    }

    /// <summary>It stops in good order; its node a little later.</summary>
    public void Release() => _core.Release(() => Later(Moment.PerSecond / 10, () => Die("it has stopped")));

    public override void Receive(object message, Process from)
    {
        switch (message)
        {
            case WhoIsThere: World.Network.Send(this, from, new RouterIsHere()); return;
            case RouterWelcome m: _core.Greeted(m); return;
            case WatchOwners: _core.WatchOwners(from); return;
            case OwnersTold: _core.LookNow(); break;
            case WorkerReport m: _core.Report(World.Seams.Read(this, m), from); break;
            case WorkerHello m: _core.Hello(World.Seams.Read(this, m), from); break;
            case SubmitSent m: _core.Submit(from, m.Ticket, m.Jobs, m.Notify); break;
            case WatchSent m: _core.Watch(from, m.Ticket, m.Keys); break;
            case DrainedTold m: _core.Drained(m.Worker, m.Incarnation); break;
            case OrderSent { Order: { Kind: Order.What.Cancel } order } m: _core.Cancel(from, m.Ticket, order.Job); break;
            case OrderSent { Order: { Kind: Order.What.Retry } order } m: _core.Retry(from, m.Ticket, order.Job); break;
            case OrderSent { Order: { } order } m: _core.SetQueue(from, m.Ticket, order.Name!, order.Strategy, order.Binding, order.Paused, weights: null); break;
        }
        FlushSoon();
    }

    public override void Told(MemberNews news, Process subject)
    {
        bool isOver = news is MemberNews.Removed or MemberNews.Gone;
        if (subject is GatewayNode && isOver)
            _core.GatewayGone(subject);
        // Of an earlier incarnation's workers those that are removed are awaited no more.
        if (isOver)
            World.Ledger.GivenUp(subject.Name);
        NodeChange change = news switch
        {
            MemberNews.Joined => NodeChange.Joined,
            MemberNews.Disconnected => NodeChange.Disconnected,
            MemberNews.Unreachable => NodeChange.Unreachable,
            MemberNews.Reachable => NodeChange.Reachable,
            MemberNews.Gone => NodeChange.Gone,
            _ => NodeChange.Removed,
        };
        _core.Member(new NodeNews(change, subject.Host.Address, (int)subject.Incarnation) { IsWorker = subject is WorkerNode, Process = subject.Incarnation });
        FlushSoon();
    }

    private void LookIntoInbox()
    {
        Later(InboxEvery, LookIntoInbox);
        // Whoever looks at an empty inbox only takes time.
        if (World.Store.Inside.InboxRows > 0)
            _core.LookIntoInbox();
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
        long wake = Math.Max(_core.Flush(), Clock.Micros + Moment.PerMillisecond);
        if (Dispatcher is { } dispatcher)
        {
            if (World.IsLogged)
                LogQueues(dispatcher);
            World.Ledger.Check(this, dispatcher);
        }
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

    private void LogQueues(Dispatcher dispatcher)
    {
        string queues = string.Join(", ", dispatcher.Figures().Queues.Select(q => $"{q.Name} {q.Waiting} {q.Running} {q.Scheduled}"));
        if (queues != _logged)
            Log($"waiting, running, scheduled: {queues}");
        _logged = queues;
    }
}
