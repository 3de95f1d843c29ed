using ActorBalancer.Options;
using Akka.Actor;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>The name of a node that was given none: its advertised host and port.</summary>
internal static class NodeName
{
    public static string Of(BalancerOptions options, Address address)
    {
        if (options.Name.Length > 0)
            return options.Name;
        string host = new([.. (address.Host ?? "local").ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) || c == '.' ? c : '-')]);
        return $"{host.Trim('-', '.')}-{address.Port}";
    }
}
