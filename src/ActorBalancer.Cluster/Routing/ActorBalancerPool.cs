using ActorBalancer.Cluster.Routing;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Routing;
using Akka.Util;

namespace ActorBalancer;

/// <summary>
/// An Akka pool router that picks by a strategy of the balancer: <c>props.WithRouter(new ActorBalancerPool(8, options))</c>, or in HOCON
/// <c>router = actorbalancer-pool</c>. Works inside a <c>ClusterRouterPool</c> and with <c>cluster.enabled = on</c>, and with a resizer.
/// </summary>
public sealed class ActorBalancerPool : Pool
{
    private readonly RoutingOptions _options;

    /// <summary>Of a deployment block.</summary>
    /// <exception cref="ConfigurationException">A value is wrong.</exception>
    public ActorBalancerPool(Config config)
        : this(
            config.GetInt("nr-of-instances", 0),
            RoutingConfig.Read(config),
            Resizer.FromConfig(config),
            DefaultSupervisorStrategy,
            Dispatchers.DefaultDispatcherId,
            config.HasPath("pool-dispatcher"))
    {
    }

    /// <summary>In code.</summary>
    public ActorBalancerPool(int nrOfInstances, RoutingOptions options)
        : this(nrOfInstances, options, null, DefaultSupervisorStrategy, Dispatchers.DefaultDispatcherId)
    {
    }

    /// <summary>In code, with all that Akka's pools have.</summary>
    public ActorBalancerPool(
        int nrOfInstances, RoutingOptions options, Resizer? resizer, SupervisorStrategy supervisorStrategy, string routerDispatcher, bool usePoolDispatcher = false)
        : base(nrOfInstances, resizer, supervisorStrategy, routerDispatcher, usePoolDispatcher)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <inheritdoc/>
    public override int GetNrOfInstances(ActorSystem system) => NrOfInstances;

    /// <inheritdoc/>
    public override Router CreateRouter(ActorSystem system) => new(new BalancerRoutingLogic(system, _options));

    /// <inheritdoc/>
    public override Props? RoutingLogicController(RoutingLogic routingLogic) => RoutingController.Of(routingLogic);

    /// <summary>The same with an extractor, for one that HOCON describes and code completes.</summary>
    public ActorBalancerPool WithSource(Func<object, object?> source) => With(_options with { Source = source }, Resizer, SupervisorStrategy);

    /// <summary>
    /// HOCON goes over code. What HOCON cannot say or did not, the extractor, the supervision of the routees and the resizer, is taken from it.
    /// </summary>
    public override RouterConfig WithFallback(RouterConfig routerConfig)
    {
        if (routerConfig is not Pool other)
            return this;
        RoutingOptions options = other is ActorBalancerPool { _options.Source: { } source } && _options.Source is null ? _options with { Source = source } : _options;
        return With(options, Resizer ?? other.Resizer, Equals(SupervisorStrategy, DefaultSupervisorStrategy) ? other.SupervisorStrategy : SupervisorStrategy);
    }

    /// <inheritdoc/>
    public override ISurrogate ToSurrogate(ActorSystem system) => new Surrogate
    {
        Options = RoutingSurrogate.Of(_options),
        Instances = NrOfInstances,
        Resizer = Resizer,
        Supervision = SupervisorStrategy,
        Dispatcher = RouterDispatcher,
        OwnDispatcher = UsePoolDispatcher,
    };

    private ActorBalancerPool With(RoutingOptions options, Resizer? resizer, SupervisorStrategy supervision) =>
        new(NrOfInstances, options, resizer, supervision, RouterDispatcher, UsePoolDispatcher);

    internal sealed class Surrogate : ISurrogate
    {
        public RoutingSurrogate Options { get; set; } = new();

        public int Instances { get; set; }

        public Resizer? Resizer { get; set; }

        public SupervisorStrategy Supervision { get; set; } = DefaultSupervisorStrategy;

        public string Dispatcher { get; set; } = "";

        public bool OwnDispatcher { get; set; }

        public ISurrogated FromSurrogate(ActorSystem system) => new ActorBalancerPool(Instances, Options.Read(), Resizer, Supervision, Dispatcher, OwnDispatcher);
    }
}
