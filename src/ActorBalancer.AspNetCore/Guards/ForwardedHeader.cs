using System.Net;
using Microsoft.Extensions.Primitives;

namespace ActorBalancer.AspNetCore.Guards;

/// <summary>
/// The hops that <c>Forwarded</c> (RFC 7239) and <c>X-Forwarded-For</c> name, the nearest last. Null stands for one that is
/// hidden, unknown or malformed.
/// </summary>
internal static class ForwardedHeader
{
    /// <summary>Of <c>Forwarded: for=192.0.2.60;proto=http, for="[2001:db8::17]:4711"</c>.</summary>
    public static List<IPAddress?> Clients(StringValues values)
    {
        List<IPAddress?> hops = [];
        foreach (string? value in values)
        {
            foreach (string element in Split(value ?? "", ','))
            {
                IPAddress? hop = null;
                foreach (string pair in Split(element, ';'))
                {
                    int equals = pair.IndexOf('=', StringComparison.Ordinal);
                    if (equals > 0 && pair[..equals].Trim().Equals("for", StringComparison.OrdinalIgnoreCase))
                        hop = Node(Unquoted(pair[(equals + 1)..].Trim()));
                }
                hops.Add(hop);
            }
        }
        return hops;
    }

    /// <summary>Of <c>X-Forwarded-For: 192.0.2.60, 198.51.100.7</c>.</summary>
    public static List<IPAddress?> OldClients(StringValues values)
    {
        List<IPAddress?> hops = [];
        foreach (string? value in values)
        {
            foreach (string element in (value ?? "").Split(','))
                hops.Add(Node(element.Trim()));
        }
        return hops;
    }

    /// <summary>An address, with a port or without; IPv6 in brackets, or bare where there is no port.</summary>
    private static IPAddress? Node(string text)
    {
        if (text.StartsWith('['))
        {
            int end = text.IndexOf(']', StringComparison.Ordinal);
            return end > 0 && (end == text.Length - 1 || text[end + 1] == ':') && IPAddress.TryParse(text.AsSpan(1, end - 1), out IPAddress? v6) ? v6 : null;
        }
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string address = colon > 0 && colon == text.LastIndexOf(':') ? text[..colon] : text;

        // "1" and "0x7f.1" are addresses to the parser and nobody else.
        bool isWhole = address.Contains(':', StringComparison.Ordinal) || address.Count(c => c == '.') == 3;
        return isWhole && IPAddress.TryParse(address, out IPAddress? found) ? found : null;
    }

    /// <summary>Splits where the separator stands outside quotes.</summary>
    private static List<string> Split(string text, char separator)
    {
        List<string> parts = [];
        int start = 0;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (quoted && text[i] == '\\')
                i++;
            else if (text[i] == '"')
                quoted = !quoted;
            else if (!quoted && text[i] == separator)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }
        parts.Add(text[start..]);
        return parts;
    }

    private static string Unquoted(string text)
    {
        if (text is not ['"', .., '"'])
            return text;
        return text[1..^1].Replace("\\", "", StringComparison.Ordinal);
    }
}
