using System.Text.Json;

namespace ActorBalancer.Node.Kinds;

/// <summary>What the payload of an <c>http</c> job says.</summary>
internal sealed record HttpPayload
{
    public const string Usage =
        "http takes {\"url\":\"http://HOST/...\"} and, if wanted, \"method\":\"POST\", \"headers\":{\"NAME\":\"VALUE\"}, and "
        + "either \"body\":\"TEXT\" (bytes as {\"b64\":\"...\"}) or \"json\":ANYTHING";

    // Who says them himself could make the receiver see another request than the one that was checked.
    private static readonly HashSet<string> OurHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Proxy-Connection", "Keep-Alive", "Upgrade", "TE", "Trailer", "Expect",
    };

    public required Uri Url { get; init; }

    public HttpMethod Method { get; init; } = HttpMethod.Post;

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public byte[]? Body { get; init; }

    /// <summary>Of the body, unless a header says another.</summary>
    public string ContentType { get; init; } = "text/plain; charset=utf-8";

    /// <exception cref="FormatException">It says something else; the message says what, or what is right.</exception>
    public static HttpPayload Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: a text with half a surrogate pair, or a value of another type.
            throw new FormatException(Usage, e);
        }
    }

    private static HttpPayload Read(JsonElement root)
    {
        HttpPayload payload = new() { Url = null! };
        int bodies = 0;
        foreach (JsonProperty member in root.EnumerateObject())
        {
            JsonElement value = member.Value;
            bodies += member.Name is "body" or "json" ? 1 : 0;
            payload = member.Name switch
            {
                "url" => payload with { Url = UrlOf(value.GetString()) },
                "method" => payload with { Method = MethodOf(value.GetString()) },
                "headers" => payload with { Headers = [.. value.EnumerateObject().Select(Header)] },
                "body" when value.ValueKind == JsonValueKind.String => payload with { Body = PayloadBytes.Read(value, Usage) },
                "body" => payload with { Body = PayloadBytes.Read(value, Usage), ContentType = "application/octet-stream" },
                "json" => payload with { Body = System.Text.Encoding.UTF8.GetBytes(value.GetRawText()), ContentType = "application/json" },
                _ => throw new FormatException($"'{member.Name}' is unknown; {Usage}"),
            };
        }
        return payload.Url is not null && bodies < 2 ? payload : throw new FormatException(Usage);
    }

    private static Uri UrlOf(string? text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
            throw new FormatException("url must be http:// or https:// with a host and no user in it");
        return url;
    }

    private static HttpMethod MethodOf(string? name) => name is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE"
        ? new HttpMethod(name)
        : throw new FormatException("method must be GET, HEAD, POST, PUT, PATCH or DELETE");

    private static KeyValuePair<string, string> Header(JsonProperty member)
    {
        string value = member.Value.GetString() ?? "";
        if (OurHeaders.Contains(member.Name))
            throw new FormatException($"headers sets {member.Name}, which follows from the URL and the body");
        if (member.Name.Length == 0 || member.Name.Any(c => !IsToken(c)) || value.Any(c => c is < ' ' or > '~'))
            throw new FormatException($"the header '{member.Name}' has characters that no header may have");
        return new(member.Name, value);
    }

    // RFC 9110, section 5.6.2.
    private static bool IsToken(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
}
