using ActorBalancer.Options;

namespace ActorBalancer.Work;

/// <summary>
/// The worker's half of the protocol: slots, the credit it grants, fencing, unacknowledged outcomes. Pure and
/// single-threaded: the shell calls one method an event, in one order, and carries out <see cref="Effects"/>. Ending a run
/// and taking the slot's next job is one call without allocation, so that a microsecond job costs no message.
/// </summary>
/// <remarks>
/// A route is the shell's small number for a router node's address; a link is one incarnation of the router there. The
/// files beside this one hold the links (<c>WorkerCore.Links.cs</c>), what is said on them (<c>WorkerCore.Reports.cs</c>),
/// the slots (<c>WorkerCore.Slots.cs</c>) and the clock (<c>WorkerCore.Clock.cs</c>).
/// </remarks>
internal sealed partial class WorkerCore
{
    // One a second until the welcome: rare enough to cost nothing, soon enough for a router that just started.
    private const long HelloInterval = Moment.PerSecond;

    // A process that starts again where a router was lost is asked for without waiting until the cluster has let it join, which takes seconds.
    private const long KnockInterval = Moment.PerSecond / 4;
    private const long KnockTime = 15 * Moment.PerSecond;

    // A handler that ignores its cancellation for so long is given up; its slot stays occupied until it ends.
    private const long CancelGrace = 5 * Moment.PerSecond;

    // After the drain time, handlers get so long to notice their cancellation, and the outcomes as long again to be stored.
    private const long LastWord = Moment.PerSecond;

    private readonly WorkerIdentity _identity;
    private readonly long _handBack;
    private readonly long _contactLease;
    private readonly long _noRouterExit;
    private readonly long _reportInterval;
    private readonly long _drainTime;
    private readonly int _maxKept;
    private readonly long _startedUnixMs;
    private readonly List<RouterRoute> _routes = [];
    private readonly Prefetch _prefetch;

    /// <param name="options">With the number of slots, at least 1, already decided.</param>
    /// <param name="identity">What the hello says.</param>
    /// <param name="now">When the process started.</param>
    public WorkerCore(WorkerOptions options, WorkerIdentity identity, Moment now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Slots, 1);
        _identity = identity;
        _handBack = Micros(options.HandBack);
        _contactLease = Micros(options.ContactLease);
        _noRouterExit = Micros(options.NoRouterExit);
        _reportInterval = Micros(options.ReportInterval);
        _drainTime = Micros(options.Drain);
        // While the store is away outcomes pile up; beyond two windows no credit is granted, so that memory stays bounded.
        _maxKept = 2 * (options.Slots + options.PrefetchJobs);
        _startedUnixMs = now.UnixMs;
        _prefetch = new Prefetch(options.PrefetchJobs, options.PrefetchBytes, Micros(options.PrefetchWork));
        _slots = new Slot[options.Slots];
        _free = new int[options.Slots];
        for (int i = 0; i < _free.Length; i++)
            _free[_freeCount++] = _free.Length - 1 - i;
        _noRouterSince = now.Micros;
        Need(now.Micros + _noRouterExit);
    }

    public WorkerEffects Effects { get; } = new();

    /// <summary>Jobs in slots, those given up included.</summary>
    public int Running => _slots.Length - _freeCount;

    /// <summary>Jobs that wait for a slot.</summary>
    public int Queued => _waiting.Count;

    /// <summary>Runs that ended since the start, however they did.</summary>
    public long Finished { get; private set; }

    /// <summary>How long they ran together, microseconds.</summary>
    public long ServiceMicros { get; private set; }

    /// <summary>
    /// Some router lists this worker as up: it has answered the hello, has read a full report, and wants no drain.
    /// </summary>
    public bool IsUp => !_draining && !_contactLost && _routes.Exists(IsUpAt);

    /// <summary>Some router wants this worker to be drained.</summary>
    public bool IsDrainOrdered => _routes.Exists(way => way is { Open: true, Link.RouterDrains: true });

    /// <summary>A router is at this address: a new one, a new process of it, or one that can be reached again.</summary>
    public void RouterFound(int route, Moment now)
    {
        RouterRoute way = RouteOf(route);
        way.IsMember = true;
        Greet(way, now);
    }

    /// <summary>The router's process is gone for good, or its node was removed.</summary>
    public void RouterLost(int route, Moment now)
    {
        RouterRoute way = RouteOf(route);
        if (!way.Present)
            return;
        way.Present = way.IsMember = false;
        // What it owned stays its own until another router says otherwise; but it claims nothing against others any more.
        GiveBack(way, [], way);
        // Nothing of that process counts any more, not even what is still on its way.
        way.Lowest = Math.Max(way.Lowest, (way.Link?.Incarnation ?? 0) + 1);
        way.HelloAt = now.Micros + KnockInterval;
        way.HellosUnanswered = 0;
        way.LostAtMicros = now.Micros;
        Need(way.HelloAt);
        if (!AnyRouter())
            _noRouterSince = now.Micros;
        Need(now.Micros + Math.Min(_contactLease, _noRouterExit));
    }

    /// <summary>A router answered the hello, or asks for another one.</summary>
    public void Welcomed(int route, RouterWelcome welcome, Moment now)
    {
        RouterRoute way = RouteOf(route);
        if (welcome.WorkerIncarnation != _identity.Incarnation || welcome.RouterIncarnation < way.Lowest)
            return;
        bool isNewRound = welcome.RouterIncarnation > way.HeardIncarnation || welcome.Round > way.HeardRound;
        // It came late: a newer one has come before.
        if (welcome.RouterIncarnation < way.HeardIncarnation || (!isNewRound && welcome.Round < way.HeardRound))
            return;
        (way.HeardIncarnation, way.HeardRound) = (welcome.RouterIncarnation, welcome.Round);
        bool isAnswer = way.HelloAt != long.MaxValue && (welcome.Round == 0 || welcome.HelloSeen >= way.HelloNumber);
        // Whoever answers is there, even if membership has not said so yet.
        way.Present = true;
        bool news = TakeQueues(way, welcome.Queues, isAnswer);
        if (isNewRound && welcome.Round > 0)
        {
            // What it holds is to be said by one that knows of this round.
            way.HellosUnanswered = 0;
            SayHello(way, now);
            return;
        }
        if (!isAnswer)
        {
            // Nobody asked: the router does not know us, being a new incarnation or having given us up; or it is an answer that
            // came twice. While a hello is on its way, that one is the answer.
            bool isOpen = way.HelloAt == long.MaxValue;
            if (isOpen && (news || welcome.RouterIncarnation != way.Link?.Incarnation || now.Micros - way.HelloSentMicros >= HelloInterval))
                SayHello(way, now);
            return;
        }
        if (way.HellosUnanswered == 1)
            _prefetch.AnswerArrived(now.Micros - way.HelloSentMicros, now);
        way.HelloAt = long.MaxValue;
        way.HellosUnanswered = 0;
        if (way.Link?.Incarnation != welcome.RouterIncarnation)
        {
            OpenLink(way, welcome.RouterIncarnation);
            way.WelcomedAtMicros = now.Micros;
        }
        way.Link!.Suspended = false;
        MoveOutcomes();
        HeardFrom(now);
        SendFull(way.Link, now);
    }

    /// <summary>Word from a router: jobs, cancels, and what it has read and stored of ours.</summary>
    public void Assigned(int route, AssignBatch batch, Moment now)
    {
        RouterRoute way = RouteOf(route);
        if (batch.WorkerIncarnation != _identity.Incarnation || batch.RouterIncarnation < way.Lowest)
            return;
        // After a pause this comes before the clock's own word that the contact was lost, and may be as old as the pause is long.
        CheckContact(now);
        if (way.Link is not { } link || link.Incarnation != batch.RouterIncarnation)
        {
            // A new process there that has not welcomed us: introduce ourselves instead of waiting for membership.
            if (way.HelloAt == long.MaxValue)
                Greet(way, now);
            return;
        }

        HeardFrom(now);
        TakeAcknowledgements(link, batch, now);
        // What a hello said it holds stays true until it is answered: its reader runs everything else again (rule 9).
        if (link.Suspended || !way.Open)
            return;
        if (batch.Number == link.BatchSeen + 1)
            TakeJobs(link, batch, now);
        foreach (RunToken token in batch.Cancels)
            Cancel(token, now);
        TakeDrain(link, batch, now);
        Settle(link, now);
    }

    /// <summary>The node stops: no new jobs, what waits goes back, what runs may end until the deadline.</summary>
    /// <param name="deadlineMicros">Monotonic microseconds.</param>
    /// <param name="now">The time.</param>
    public void Drain(long deadlineMicros, Moment now)
    {
        if (_draining)
        {
            _drainDeadline = Math.Min(_drainDeadline, deadlineMicros);
        }
        else
        {
            _draining = true;
            _drainDeadline = deadlineMicros;
            ReleaseWaiting(null, now);
            foreach (RouterRoute way in _routes)
            {
                if (way.Link is { } link)
                    SendFull(link, now);
            }
        }
        Need(_drainDeadline);
        CheckDrained(now);
    }

    private void Greet(RouterRoute way, Moment now)
    {
        way.Present = true;
        way.HellosUnanswered = 0;
        SayHello(way, now);
    }

    private static long Micros(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    private RouterRoute RouteOf(int route)
    {
        while (_routes.Count <= route)
            _routes.Add(new RouterRoute(_routes.Count));
        return _routes[route];
    }

    private static bool IsUpAt(RouterRoute way) => way is { Open: true, Link: { Suspended: false, RouterDrains: false, ReportSeen: > 0 } };

    /// <summary>One that answers and never becomes a member here is of another cluster.</summary>
    private bool AnyRouter()
    {
        foreach (RouterRoute way in _routes)
        {
            if (way.IsMember)
                return true;
        }
        return false;
    }
}
