using Microsoft.Extensions.Logging;

namespace ActorBalancer.AspNetCore;

/// <summary>What the HTTP port says.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "HTTP request {Method} {Path} failed by a fault of this program")]
    public static partial void Failed(ILogger log, Exception fault, string method, string path);
}
