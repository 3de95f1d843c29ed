using ActorBalancer.Storage;

namespace ActorBalancer.Ownership;

/// <summary>
/// Looks after the other router nodes (rule 3): fences one whose lease has ended or whose process is proven gone, and claims the
/// queues without an owner that fall to this node. Pure: the shell asks the store for what is <see cref="Wanted"/> and feeds the
/// answers. A node that is alone waits for nobody, and nothing moves because a node joined.
/// </summary>
/// <param name="name">This node's, as the others choose by it.</param>
internal sealed class TakeoverCore(string name)
{
    /// <summary>The others are looked at every second, and at once when something speaks against one of them.</summary>
    public const long LookEvery = Moment.PerSecond;

    /// <summary>
    /// While the store was away nobody could renew a lease. Those that ended then say nothing until their nodes had this long to renew them:
    /// a router asks every second. Else each outage would let live routers fence one another.
    /// </summary>
    public const long RenewalGrace = 2 * Moment.PerSecond;

    private readonly HashSet<long> _gone = [];
    private readonly Queue<long> _toFence = new();
    private IReadOnlyList<string> _alive = [name];
    private long _incarnation;
    private long _nextLook;
    private long _askedAt;
    private long _leasesCountFrom;
    private bool _busy;
    private bool _lookAgain;
    private bool _mustClaim;

    /// <summary>What the shell has to ask of the store now.</summary>
    public enum Step
    {
        None,

        /// <summary>Which router nodes and queues are there?</summary>
        Look,

        /// <summary>Fence the router node with the <see cref="Want.Target"/>.</summary>
        Fence,

        /// <summary>Claim what falls to this node among <see cref="Want.Among"/>.</summary>
        Claim,
    }

    /// <summary>When to look again at the latest, monotonic.</summary>
    public long WakeAtMicros => _incarnation == 0 || _busy ? long.MaxValue : _nextLook;

    /// <summary>This node has a new incarnation, which owns nothing yet.</summary>
    public void Registered(long incarnation)
    {
        _incarnation = incarnation;
        _nextLook = 0;
        (_busy, _lookAgain, _mustClaim) = (false, false, true);
        _toFence.Clear();
    }

    /// <summary>It is fenced, or has given up its registration.</summary>
    public void Lost() => _incarnation = 0;

    /// <summary>Something may have changed: a node is leaving, or was removed.</summary>
    public void LookNow()
    {
        _nextLook = 0;
        _lookAgain |= _busy;
    }

    /// <summary>Evidence that the process of that incarnation is gone.</summary>
    public void Gone(long incarnation)
    {
        if (incarnation == _incarnation)
            return;
        _gone.Add(incarnation);
        LookNow();
    }

    /// <summary>The store says that this node owns a queue that it knows nothing of: the answer to a claim was lost.</summary>
    public void MustClaim() => _mustClaim = true;

    public Want Wanted(Moment now)
    {
        if (_incarnation == 0 || _busy)
            return default;
        Want want = _toFence.TryDequeue(out long target) ? new Want(Step.Fence, target, [])
            : now.Micros >= _nextLook ? new Want(Step.Look, 0, [])
            : default;
        if (want.Step == Step.Look)
        {
            _askedAt = now.Micros;
            _nextLook = now.Micros + LookEvery;
        }
        _busy = want.Step != Step.None;
        return want;
    }

    /// <summary>The store's answer to a look; what follows from it is returned, and is under way already.</summary>
    public Want Looked(IReadOnlyList<RouterRow> routers, IReadOnlyList<QueueRow> queues, Moment now)
    {
        if (now.Micros - _askedAt > LookEvery)
            WasAway(now);
        bool leasesCount = now.Micros >= _leasesCountFrom;
        _gone.IntersectWith(routers.Select(r => r.Incarnation));
        List<string> alive = [name];
        foreach (RouterRow router in routers)
        {
            if (router.Incarnation == _incarnation)
                continue;
            if ((leasesCount && router.LeaseLeft <= TimeSpan.Zero) || _gone.Contains(router.Incarnation))
                _toFence.Enqueue(router.Incarnation);
            else
                alive.Add(router.Node.Name);
        }
        _alive = alive;
        // Their queues are free only then, so the choice is made after the next look.
        if (_toFence.TryDequeue(out long target))
            return new Want(Step.Fence, target, []);
        if (_mustClaim || queues.Any(q => q.Owner == 0 && QueueOwners.Choose(q.Name, alive) == name))
            return new Want(Step.Claim, 0, _alive);
        Idle();
        return default;
    }

    /// <summary>The other node is fenced, by us or by another one.</summary>
    public void Fenced()
    {
        _busy = false;
        _nextLook = 0;
    }

    public void Claimed()
    {
        _mustClaim = false;
        Idle();
    }

    /// <summary>The store did not answer: the next look is when its time comes.</summary>
    public void Failed(Moment now)
    {
        WasAway(now);
        _toFence.Clear();
        _busy = false;
    }

    private void WasAway(Moment now) => _leasesCountFrom = now.Micros + RenewalGrace;

    private void Idle()
    {
        _busy = false;
        if (_lookAgain)
            _nextLook = 0;
        _lookAgain = false;
    }

    /// <param name="Step">What to do.</param>
    /// <param name="Target">Whom to fence.</param>
    /// <param name="Among">Names of the live router nodes, this one included.</param>
    internal readonly record struct Want(Step Step, long Target, IReadOnlyList<string> Among);
}
