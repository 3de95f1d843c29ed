using Microsoft.AspNetCore.Http;

namespace ActorBalancer.Node.Http.Guards;

/// <summary>What the server lets through although two programs could read it as different requests.</summary>
internal static class Framing
{
    // Kestrel believes Transfer-Encoding and puts the Content-Length that came with it here (RFC 9112, section 6.3, lets it).
    private const string SetAside = "X-Content-Length";

    public static bool IsAmbiguous(HttpRequest request) =>
        request.Headers.TransferEncoding.Count > 0 && (request.Headers.ContentLength is not null || request.Headers.ContainsKey(SetAside));
}
