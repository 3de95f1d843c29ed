using System.Text;
using System.Text.Unicode;

namespace ActorBalancer.AspNetCore.Reading;

/// <summary>Reads the query of a URL, and refuses what a lenient reader would repair.</summary>
internal static class QueryReader
{
    /// <summary>Null, or what is wrong.</summary>
    /// <param name="text">With its question mark, as it came.</param>
    /// <param name="known">The members that there are.</param>
    /// <param name="query">Each once and not empty.</param>
    public static string? Fault(string? text, string[] known, out Dictionary<string, string> query)
    {
        query = [];
        if (text is not { Length: > 1 })
            return null;
        foreach (string pair in text[1..].Split('&'))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (Decoded(equals < 0 ? pair : pair[..equals]) is not { } name || Decoded(equals < 0 ? "" : pair[(equals + 1)..]) is not { } value)
                return "The query is not well-formed: write it as NAME=VALUE&NAME=VALUE, percent-encoded UTF-8.";
            if (Array.IndexOf(known, name) < 0)
                return known.Length == 0 ? "This path takes no query." : $"The query may have {string.Join(", ", known)}, and nothing else.";
            if (value.Length == 0)
                return $"'{name}' is empty: leave it out.";
            if (!query.TryAdd(name, value))
                return $"'{name}' stands twice in the query.";
        }
        return null;
    }

    private static string? Decoded(string text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int n = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                    return null;
                bytes[n++] = Convert.ToByte(text.Substring(i + 1, 2), 16);
                i += 2;
            }
            else if (text[i] > 0x7f)
            {
                return null;
            }
            else
            {
                bytes[n++] = text[i] == '+' ? (byte)' ' : (byte)text[i];
            }
        }
        return Utf8.IsValid(bytes.AsSpan(0, n)) ? Encoding.UTF8.GetString(bytes, 0, n) : null;
    }
}
