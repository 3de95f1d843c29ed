using System.Collections.Concurrent;
using ActorBalancer.Strategies;
using Akka.Actor;
using Akka.Cluster;
using Akka.Util.Internal;

namespace ActorBalancer.Cluster.Routing;

/// <summary>What a routee weighs: by configuration or its node's roles, times what the metrics actor says of its node. Any thread may ask.</summary>
internal sealed class RouteeWeights(RoutingOptions options, ActorSystem system)
{
    private readonly ConcurrentDictionary<Address, IReadOnlySet<string>> _roles = [];
    private volatile IReadOnlyDictionary<Address, double>? _learned;

    /// <summary>Called when a routee may have another weight than before.</summary>
    public Action Changed { get; set; } = static () => { };

    /// <summary>Somebody must be told of members or weights for it to be right.</summary>
    public bool NeedsNews => options.RoleWeights.Count > 0 || options.Metrics;

    public bool NeedsMembers => options.RoleWeights.Count > 0;

    public bool NeedsMetrics => options.Metrics;

    /// <summary>In thousandths.</summary>
    public int Of(RouteeName routee)
    {
        double weight = Configured(routee) * Learned(routee.Node);
        return weight <= 0 ? 0 : (int)Math.Clamp(Math.Round(weight * 1_000), 1, Candidates.MaxWeight);
    }

    public void Joined(Address node, IReadOnlySet<string> roles)
    {
        _roles[node] = roles;
        Changed();
    }

    public void Left(Address node) => _roles.TryRemove(node, out _);

    /// <summary>All that the metrics actor knows, where 1 is a worker of weight 1.</summary>
    public void Learned(IReadOnlyDictionary<Address, double> weights)
    {
        _learned = weights;
        Changed();
    }

    private double Configured(RouteeName routee)
    {
        if (options.Weights.TryGetValue(routee.Path, out double weight) || options.Weights.TryGetValue($"{routee.Node.Host}:{routee.Node.Port}", out weight))
            return weight;
        if (options.RoleWeights.Count == 0 || RolesOf(routee.Node) is not { } roles)
            return 1;
        double[] named = [.. roles.Where(options.RoleWeights.ContainsKey).Select(r => options.RoleWeights[r])];
        return named.Length == 0 ? 1 : named.Max();
    }

    private double Learned(Address node) => _learned is not { Count: > 0 } learned ? 1
        : learned.TryGetValue(node, out double weight) ? weight
        : learned.Values.Average();

    /// <summary>Without a controller, in an actor's own router, the cluster is asked when the routees change.</summary>
    private IReadOnlySet<string>? RolesOf(Address node) => _roles.TryGetValue(node, out IReadOnlySet<string>? roles) ? roles
        : Akka.Cluster.Cluster.Get(system).State.Members.FirstOrDefault(m => m.Address.Equals(node)) is { } member ? member.Roles
        : null;
}
