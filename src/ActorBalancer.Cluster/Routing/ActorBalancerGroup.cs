using ActorBalancer.Cluster.Routing;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Routing;
using Akka.Util;

namespace ActorBalancer;

/// <summary>
/// An Akka group router that picks by a strategy of the balancer: <c>Props.Empty.WithRouter(new ActorBalancerGroup(options, "/user/a", "/user/b"))</c>, or in
/// HOCON <c>router = actorbalancer-group</c>. Works inside a <c>ClusterRouterGroup</c> and with <c>cluster.enabled = on</c>.
/// </summary>
public sealed class ActorBalancerGroup : Group
{
    private readonly RoutingOptions _options;

    /// <summary>Of a deployment block.</summary>
    /// <exception cref="ConfigurationException">A value is wrong.</exception>
    public ActorBalancerGroup(Config config)
        : this(RoutingConfig.Read(config), config.GetStringList("routees.paths", []), Dispatchers.DefaultDispatcherId)
    {
    }

    /// <summary>In code.</summary>
    public ActorBalancerGroup(RoutingOptions options, params string[] paths)
        : this(options, paths, Dispatchers.DefaultDispatcherId)
    {
    }

    /// <summary>In code, with a dispatcher for the router actor.</summary>
    public ActorBalancerGroup(RoutingOptions options, IEnumerable<string> paths, string routerDispatcher)
        : base(paths, routerDispatcher)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <inheritdoc/>
    public override IEnumerable<string> GetPaths(ActorSystem system) => InternalPaths;

    /// <inheritdoc/>
    public override Router CreateRouter(ActorSystem system) => new(new BalancerRoutingLogic(system, _options));

    /// <inheritdoc/>
    public override Props? RoutingLogicController(RoutingLogic routingLogic) => RoutingController.Of(routingLogic);

    /// <summary>The same with an extractor, for one that HOCON describes and code completes.</summary>
    public ActorBalancerGroup WithSource(Func<object, object?> source) => new(_options with { Source = source }, InternalPaths, RouterDispatcher);

    /// <summary>HOCON goes over code; only the extractor, which HOCON cannot say, is taken from it.</summary>
    public override RouterConfig WithFallback(RouterConfig routerConfig) =>
        routerConfig is ActorBalancerGroup { _options.Source: { } source } && _options.Source is null ? WithSource(source) : this;

    /// <inheritdoc/>
    public override ISurrogate ToSurrogate(ActorSystem system) => new Surrogate { Options = RoutingSurrogate.Of(_options), Paths = InternalPaths, Dispatcher = RouterDispatcher };

    internal sealed class Surrogate : ISurrogate
    {
        public RoutingSurrogate Options { get; set; } = new();

        public string[] Paths { get; set; } = [];

        public string Dispatcher { get; set; } = "";

        public ISurrogated FromSurrogate(ActorSystem system) => new ActorBalancerGroup(Options.Read(), Paths, Dispatcher);
    }
}
