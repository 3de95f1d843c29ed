using System.Net;
using ActorBalancer.Options;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ActorBalancer.AspNetCore.Guards;

/// <summary>
/// The address of the client: of the connection, or, behind listed proxies, the last hop that is none of them. A hop further
/// away is only what somebody wrote into a header.
/// </summary>
internal sealed class ClientAddress(IReadOnlyList<string> proxies)
{
    private readonly IPNetwork[] _proxies = [.. proxies.Select(Network)];

    public bool IsBehindProxy(HttpContext context) => IsProxy(Peer(context));

    public string Of(HttpContext context)
    {
        IPAddress peer = Peer(context);
        if (!IsProxy(peer))
            return peer.ToString();
        IHeaderDictionary headers = context.Request.Headers;
        IPAddress? forwarded = headers.TryGetValue("Forwarded", out StringValues f) ? Walk(peer, ForwardedHeader.Clients(f)) : null;
        IPAddress? old = headers.TryGetValue("X-Forwarded-For", out StringValues x) ? Walk(peer, ForwardedHeader.OldClients(x)) : null;

        // A proxy sets one of the two and passes the other on, so where both are there one may be the client's invention.
        bool disagree = forwarded is not null && old is not null && !forwarded.Equals(old);
        return (disagree ? peer : forwarded ?? old ?? peer).ToString();
    }

    /// <summary>From the nearest hop outwards, as long as it is a proxy that tells the next one.</summary>
    private IPAddress Walk(IPAddress peer, List<IPAddress?> hops)
    {
        IPAddress known = peer;
        for (int i = hops.Count - 1; i >= 0 && IsProxy(known); i--)
        {
            if (hops[i] is not { } hop)
                break;
            known = Unmapped(hop);
        }
        return known;
    }

    private static IPAddress Peer(HttpContext context) => Unmapped(context.Connection.RemoteIpAddress ?? IPAddress.Loopback);

    private bool IsProxy(IPAddress address) => Array.Exists(_proxies, p => p.Contains(address));

    private static IPNetwork Network(string text)
    {
        if (IPNetwork.TryParse(text, out IPNetwork network))
            return network;
        IPAddress address = Unmapped(IPAddress.Parse(text));
        return new IPNetwork(address, address.GetAddressBytes().Length * 8);
    }

    /// <summary>One form for each address: IPv4 as such, IPv6 without a zone.</summary>
    private static IPAddress Unmapped(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        return address is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6, ScopeId: not 0 } ? new IPAddress(address.GetAddressBytes()) : address;
    }
}
