using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ActorBalancer.AspNetCore.Reading;

/// <summary>What a body may be: one type, in UTF-8, as it is.</summary>
internal static class MediaType
{
    public const string Json = "application/json";
    public const string Lines = "application/x-ndjson";

    public const string NoEncoding = "A Content-Encoding is not taken: send the body as it is, and no such header.";

    /// <summary>Null, or what is wrong with the type.</summary>
    public static string? Fault(HttpRequest request, string type)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            return NoEncoding;
        bool isRight = request.Headers.ContentType.Count == 1
            && MediaTypeHeaderValue.TryParse(request.Headers.ContentType[0], out MediaTypeHeaderValue? found)
            && found.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)
            && found.Parameters.Where(p => p.Name.Equals("charset", StringComparison.OrdinalIgnoreCase))
                .All(p => HeaderUtilities.RemoveQuotes(p.Value).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        return isRight ? null : $"The body must be {type} in UTF-8: say so with 'Content-Type: {type}'.";
    }
}
