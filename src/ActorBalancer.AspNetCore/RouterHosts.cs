using Akka.Cluster;

namespace ActorBalancer.AspNetCore;

/// <summary>Where the routers of the cluster are, as far as this node has seen them.</summary>
internal static class RouterHosts
{
    public static IReadOnlyList<string> Of(ServedNode node) => node.Node is not { } running
        ? []
        : [.. Akka.Cluster.Cluster.Get(running.System).State.Members
            .Where(m => m.Status is MemberStatus.Up or MemberStatus.WeaklyUp && m.HasRole(node.Options.RoleNames.Router))
            .Select(m => m.Address.Host ?? "")
            .Distinct()
            .Order(StringComparer.Ordinal)];
}
