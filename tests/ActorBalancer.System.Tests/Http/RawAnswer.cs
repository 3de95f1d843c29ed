using System.Globalization;

namespace ActorBalancer.SystemTests.Http;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    private const string HeadEnd = "\r\n\r\n";

    public static bool IsWhole(string text, bool isHead)
    {
        int end = text.IndexOf(HeadEnd, StringComparison.Ordinal);
        if (end < 0)
            return false;
        RawAnswer answer = Parse(text);
        return isHead || (answer.Headers.TryGetValue("content-length", out string? length)
            && answer.Body.Length >= int.Parse(length, CultureInfo.InvariantCulture));
    }

    public static RawAnswer Parse(string text)
    {
        int end = text.IndexOf(HeadEnd, StringComparison.Ordinal);
        string[] head = (end < 0 ? text : text[..end]).Split("\r\n");
        Dictionary<string, string> headers = [];
        foreach (string line in head.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon].ToLowerInvariant()] = line[(colon + 1)..].Trim();
        }
        int status = head[0].Length == 0 ? 0 : int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture);
        return new RawAnswer(status, headers, end < 0 ? "" : text[(end + HeadEnd.Length)..]);
    }
}
