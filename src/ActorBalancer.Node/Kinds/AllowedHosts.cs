using System.Globalization;
using System.Net;

namespace ActorBalancer.Node.Kinds;

/// <summary>
/// <c>worker.http.allow</c>: <c>HOST</c> stands for its ports 80 and 443, <c>HOST:PORT</c> for that one. A name allows no address
/// and an address no name, whatever they resolve to.
/// </summary>
internal sealed class AllowedHosts
{
    private readonly HashSet<(string Host, int Port)> _allowed = [];

    public AllowedHosts(IEnumerable<string> allow)
    {
        foreach (string entry in allow)
        {
            int colon = entry.LastIndexOf(':');
            // An address of version 6 has colons of its own; with a port it stands in brackets.
            bool bare = entry.StartsWith('[') ? entry.EndsWith(']') : IPAddress.TryParse(entry, out _) || colon < 0;
            if (bare)
            {
                _allowed.Add((Plain(entry), 80));
                _allowed.Add((Plain(entry), 443));
            }
            else
            {
                _allowed.Add((Plain(entry[..colon]), int.Parse(entry.AsSpan(colon + 1), CultureInfo.InvariantCulture)));
            }
        }
    }

    public bool Contains(string host, int port) => _allowed.Contains((Plain(host), port));

    /// <summary>One spelling for each: addresses as the system writes them, names in lower case without the root's dot.</summary>
    private static string Plain(string host)
    {
        string bare = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        return IPAddress.TryParse(bare, out IPAddress? address) ? address.ToString() : bare.TrimEnd('.').ToLowerInvariant();
    }
}
