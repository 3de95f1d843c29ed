using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ActorBalancer.AspNetCore.Guards;

/// <summary>What the server lets through although two programs could read it as different requests.</summary>
internal static class Framing
{
    // Kestrel believes Transfer-Encoding and puts the Content-Length that came with it here (RFC 9112, section 6.3, lets it).
    private const string SetAside = "X-Content-Length";

    /// <summary>Null, or what the caller has to change.</summary>
    public static string? Fault(HttpRequest request)
    {
        StringValues encoding = request.Headers.TransferEncoding;
        if (encoding.Count == 0)
            return null;
        if (request.Headers.ContentLength is not null || request.Headers.ContainsKey(SetAside))
            return "Content-Length and Transfer-Encoding do not go together: send one of them.";
        return encoding.Count == 1 && "chunked".Equals(encoding[0], StringComparison.OrdinalIgnoreCase) && HttpProtocol.IsHttp11(request.Protocol)
            ? null
            : "Transfer-Encoding may be chunked, once, and over HTTP/1.1.";
    }
}
