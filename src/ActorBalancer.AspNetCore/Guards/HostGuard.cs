using System.Net;
using ActorBalancer.Options;
using Microsoft.AspNetCore.Http;

namespace ActorBalancer.AspNetCore.Guards;

/// <summary>
/// Refuses what a page in a browser could send here against its user's will: under a name that is made to resolve to this
/// host (the Host is foreign), or from another site (the Origin is).
/// </summary>
internal sealed class HostGuard
{
    private readonly ClientAddress _clients;
    private readonly HashSet<string>? _hosts;

    /// <summary>Of an application that filters hosts itself; the origin must be the host that was called.</summary>
    public HostGuard(ClientAddress clients) => _clients = clients;

    /// <summary>Of a port of our own.</summary>
    public HostGuard(BalancerOptions options, ClientAddress clients)
    {
        _clients = clients;
        _hosts = new(StringComparer.OrdinalIgnoreCase);
        foreach (string host in (IEnumerable<string>)["localhost", options.Http.Bind, options.Remoting.Advertised, options.Remoting.Bind, .. options.Http.Hosts])
        {
            if (host.Length > 0 && !HostAddress.IsAny(host))
                _hosts.Add(Plain(host));
        }
    }

    /// <summary>Null, or why the request is forbidden.</summary>
    public string? Fault(HttpContext context)
    {
        HostString host = context.Request.Host;
        if (!host.HasValue)
            return HttpProtocol.IsHttp10(context.Request.Protocol) ? null : "The Host header is empty.";
        if (_hosts is not null && !IsOurs(Plain(host.Host), context.Connection.LocalIpAddress))
            return "The Host header names another host: call this node by its address, or add the name to http.hosts.";
        if (context.Request.Headers.Origin is { Count: > 0 } origins && !(origins.Count == 1 && IsSame(origins[0]!, host, context)))
            return "The Origin header names another site: pages of other sites may not use this node.";
        return null;
    }

    private bool IsOurs(string host, IPAddress? local)
    {
        if (_hosts!.Contains(host))
            return true;
        // An address cannot be made to resolve to anything, so the one that the connection goes to is as good as its name.
        return IPAddress.TryParse(host, out IPAddress? address)
            && (IPAddress.IsLoopback(address) || (local is not null && address.Equals(Unmapped(local))));
    }

    private bool IsSame(string origin, HostString host, HttpContext context) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
        && (uri.Scheme == context.Request.Scheme || (uri.Scheme == Uri.UriSchemeHttps && _clients.IsBehindProxy(context)))
        && uri.UserInfo.Length == 0
        && origin.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase)
        && Plain(uri.Host).Equals(Plain(host.Host), StringComparison.OrdinalIgnoreCase)
        && uri.Port == (host.Port ?? (uri.Scheme == Uri.UriSchemeHttps ? 443 : 80));

    /// <summary>Without brackets, and an address in its one form.</summary>
    private static string Plain(string host)
    {
        string text = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        return text.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(text, out IPAddress? address) ? Unmapped(address).ToString() : text;
    }

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
