using System.Globalization;
using System.Net;

namespace ActorBalancer.Options;

/// <summary>What can be said of a host's name without asking the network.</summary>
internal static class HostAddress
{
    public static bool IsHost(string text) => Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6;

    /// <summary>A name other than <c>localhost</c> counts as reachable from outside, whatever it resolves to today.</summary>
    public static bool IsLoopback(string host) =>
        IPAddress.TryParse(host, out IPAddress? address)
            ? IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    public static bool IsAny(string host) =>
        IPAddress.TryParse(host, out IPAddress? address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    /// <summary>An address, or a network in CIDR form.</summary>
    public static bool IsNetwork(string text) => IPAddress.TryParse(text, out _) || IPNetwork.TryParse(text, out _);

    /// <summary><c>HOST:PORT</c>; an IPv6 address stands in brackets.</summary>
    public static bool IsHostAndPort(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0) return false;
        string host = text[..colon];
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (bracketed) host = host[1..^1];
        return IsHost(host)
            && bracketed == (Uri.CheckHostName(host) == UriHostNameType.IPv6)
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && port is > 0 and <= 65535;
    }
}
