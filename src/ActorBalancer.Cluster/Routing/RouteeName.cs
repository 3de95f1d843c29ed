using Akka.Actor;
using Akka.Routing;

namespace ActorBalancer.Cluster.Routing;

/// <summary>What a routee is known by.</summary>
/// <param name="Full">With its node's address, so that it is called the same on every node; the strategies hash it.</param>
/// <param name="Path">Within its node, <c>/user/worker</c>.</param>
/// <param name="Node">Its node.</param>
internal readonly record struct RouteeName(string Full, string Path, Address Node)
{
    public static RouteeName Of(Routee routee, Address self)
    {
        (ActorPath? root, string path) = routee switch
        {
            ActorRefRoutee r => (r.Actor.Path, "/" + string.Join('/', r.Actor.Path.Elements)),
            ActorSelectionRoutee s => (s.Selection.Anchor.Path, Join(s.Selection.Anchor.Path, s.Selection.PathString)),
            _ => (null, routee.ToString() ?? ""),
        };
        Address node = root is null || root.Address.HasLocalScope ? self : root.Address;
        return new RouteeName(node + path, path, node);
    }

    private static string Join(ActorPath anchor, string rest) =>
        anchor.Elements is { Count: > 0 } elements && elements[0].Length > 0 ? $"/{string.Join('/', elements)}{rest}" : rest;
}
