using System.Globalization;
using ActorBalancer.Cluster.Routing;
using ActorBalancer.Strategies;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Routing;

namespace ActorBalancer;

/// <summary>
/// A strategy of the balancer as Akka's routing logic, for routers in an actor (<c>new Router(logic, routees)</c>) and inside
/// <see cref="ActorBalancerPool"/> and <see cref="ActorBalancerGroup"/>. Safe under concurrent senders. One logic belongs to one router. Delivery is
/// at most once, as with Akka's routers: nothing is kept, resent or told. When no routee has a weight above 0, a message goes to dead letters.
/// </summary>
/// <remarks>
/// A strategy that picks by load counts the asks that are outstanding at each routee. It sees an ask only when its message is sent, so for such
/// a strategy <see cref="Select"/> returns a routee that picks then. What is told is not counted: nothing says when it is done.
/// </remarks>
public sealed class BalancerRoutingLogic : RoutingLogic
{
    private static int s_made;

    private readonly RoutingOptions _options;
    private readonly RouteeFleet _fleet;
    private readonly Routee _nowhere;
    private readonly ILoggingAdapter _log;
    private readonly bool _picksLate;
    private readonly bool _hashesSources;
    private PendingRoutee? _pending;
    private long _sourceless;

    /// <summary>Makes the logic for one router of that system.</summary>
    /// <exception cref="ConfigurationException">The options are wrong; it lists everything.</exception>
    public BalancerRoutingLogic(ActorSystem system, RoutingOptions options)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (options.RoleWeights.Count > 0 && !system.Settings.HasCluster)
            throw new ConfigurationException("This router cannot be made: role-weights need akka.actor.provider = cluster");
        _options = options;
        _log = Logging.GetLogger(system, typeof(BalancerRoutingLogic));
        _nowhere = new DeadLetterRoutee(system.DeadLetters);
        IActorRefProvider provider = ((ExtendedActorSystem)system).Provider;
        ulong seed = options.Seed ?? SourceHash.Of(string.Create(CultureInfo.InvariantCulture, $"{provider.DefaultAddress}/{Interlocked.Increment(ref s_made)}"));
        Weighing = new RouteeWeights(options, system);
        _fleet = new RouteeFleet(options, Weighing, provider, () => system.Scheduler.MonotonicClock, seed);
        Weighing.Changed = _fleet.Reweigh;
        (_picksLate, _hashesSources) = (options.CountsAsks, options.HashesSources);
    }

    internal RouteeWeights Weighing { get; }

    /// <summary>The routee for a message; see the remarks.</summary>
    public override Routee Select(object message, Routee[] routees)
    {
        if (routees is not { Length: > 0 })
            return _nowhere;
        ulong source = _hashesSources ? SourceOf(message) : 0;
        if (!_picksLate)
            return _fleet.Pick(routees, source)?.Routee ?? _nowhere;
        if (_hashesSources)
            return new PendingRoutee(this, routees, source);
        PendingRoutee? pending = Volatile.Read(ref _pending);
        if (pending is null || !ReferenceEquals(pending.Routees, routees))
            Volatile.Write(ref _pending, pending = new PendingRoutee(this, routees, source));
        return pending;
    }

    internal void Send(Routee[] routees, ulong source, object message, IActorRef? sender)
    {
        Routee? routee;
        if (OutstandingAsk.Is(sender))
        {
            OutstandingAsk? ask = _fleet.PickForAsk(routees, source, sender!);
            (routee, sender) = (ask?.Seat.Routee, ask ?? sender);
        }
        else
        {
            routee = _fleet.Pick(routees, source)?.Routee;
        }
        (routee ?? _nowhere).Send(message, sender);
    }

    internal async Task<object> AskAsync(Routee[] routees, ulong source, object message, TimeSpan? timeout)
    {
        OutstandingAsk? ask = _fleet.PickForAsk(routees, source, ActorRefs.Nobody);
        if (ask is null)
            return await _nowhere.Ask(message, timeout);
        try
        {
            return await ask.Seat.Routee.Ask(message, timeout);
        }
        finally
        {
            _fleet.Finished(ask);
        }
    }

    /// <summary>For tests.</summary>
    internal int Outstanding(string routee) => _fleet.Outstanding(routee);

    private ulong SourceOf(object message)
    {
        object? source = _options.Source?.Invoke(message) ?? (message as IConsistentHashable)?.ConsistentHashKey;
        switch (source)
        {
            case string text: return SourceHash.Of(text);
            case byte[] bytes: return SourceHash.Of(Convert.ToHexString(bytes));
            case long number: return SourceHash.Of(number);
            case int number: return SourceHash.Of((long)number);
            case IFormattable value: return SourceHash.Of(value.ToString(null, CultureInfo.InvariantCulture));
            case null: break;
            default:
                _log.Warning("A message's source is a {0}, which has no hash that is the same on every node: name it by a text, number, Guid or bytes", source.GetType());
                break;
        }
        return SourceHash.Of(Interlocked.Increment(ref _sourceless));
    }
}
