using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>What goes wrong in a node of a measurement, on standard error.</summary>
internal static class ProblemLog
{
    private static volatile bool s_isOver;

    public static ILoggerFactory Factory { get; } = LoggerFactory.Create(logs => logs
        .AddFilter(level => level >= LogLevel.Warning && !s_isOver)
        .AddSimpleConsole(console => console.SingleLine = true)
        .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));

    /// <summary>The processes end: that others go is no news, and Akka's last words are not for standard output.</summary>
    public static void End()
    {
        s_isOver = true;
        Console.SetOut(TextWriter.Null);
    }
}
