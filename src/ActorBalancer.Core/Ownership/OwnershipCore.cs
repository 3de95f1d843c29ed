using ActorBalancer.Storage;

namespace ActorBalancer.Ownership;

/// <summary>
/// A router node's registration and lease: which incarnation it is, and until when it may assign. Membership never
/// decides this; the store does (rules 1 and 12). Pure: the shell feeds the store's answers and carries out
/// <see cref="Wanted"/>.
/// </summary>
/// <param name="leaseMicros">How long the store lets a registration live without a renewal.</param>
internal sealed class OwnershipCore(long leaseMicros)
{
    /// <summary>Renewed every second.</summary>
    public const long RenewEvery = Moment.PerSecond;

    /// <summary>Assigning stops this long before the lease ends: nothing may leave at its last moment.</summary>
    private readonly long _margin = leaseMicros / 5;

    private bool _busy;
    private long _leaseEnds;
    private long _nextTry;
    private long _looked;

    /// <summary>What the shell has to ask of the store now.</summary>
    public enum Step
    {
        None,
        Register,
        Renew,
    }

    /// <summary>0: not registered.</summary>
    public long Incarnation { get; private set; }

    /// <summary>Why the store refused the registration; null: it did not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>When to look again at the latest, monotonic.</summary>
    public long WakeAtMicros => MayAssignUntil > _looked ? Math.Min(NextLook, MayAssignUntil) : NextLook;

    // While the store keeps us waiting there is nothing to try, and the time for it may have passed.
    private long NextLook => _busy ? Math.Max(_nextTry, _looked + RenewEvery) : _nextTry;

    private long MayAssignUntil => Incarnation == 0 ? 0 : _leaseEnds - _margin;

    /// <summary>The lease surely holds: it is counted from before the renewal was sent.</summary>
    public bool MayAssign(Moment now)
    {
        _looked = now.Micros;
        return now.Micros < MayAssignUntil;
    }

    /// <summary>What is due; the shell asks the store and answers with <see cref="Registered"/> or <see cref="Renewed"/>.</summary>
    public Step Wanted(Moment now)
    {
        if (_busy || now.Micros < _nextTry)
            return Step.None;
        _busy = true;
        _nextTry = now.Micros + RenewEvery;
        return Incarnation == 0 ? Step.Register : Step.Renew;
    }

    /// <summary>The store's answer to a registration that was sent at <paramref name="sent"/>; null: it is away.</summary>
    public void Registered(Registration? answer, Moment sent)
    {
        _busy = false;
        _nextTry = sent.Micros + RenewEvery;
        Refusal = answer?.Refusal;
        if (answer is not { Refusal: null } registration)
            return;
        Incarnation = registration.Incarnation;
        _leaseEnds = sent.Micros + leaseMicros;
    }

    /// <summary>The store's answer to a renewal: prolonged, fenced (false), or away (null).</summary>
    public void Renewed(bool? prolonged, Moment sent)
    {
        _busy = false;
        // An incarnation that was fenced meanwhile has no lease to prolong.
        if (Incarnation == 0)
        {
            _nextTry = 0;
            return;
        }
        _nextTry = sent.Micros + RenewEvery;
        if (prolonged == true)
            _leaseEnds = sent.Micros + leaseMicros;
        else if (prolonged == false)
            Fenced();
    }

    /// <summary>A commit was rolled back by the fence, or its fate is unknown: register anew at once, with a new incarnation.</summary>
    public void Fenced()
    {
        Incarnation = 0;
        _nextTry = 0;
    }
}
