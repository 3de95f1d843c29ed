using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>What figures were taken on.</summary>
internal static class Machine
{
    /// <summary>Processors, their model where the system tells it, and the runtime.</summary>
    public static string Line { get; } = $"{Environment.ProcessorCount} x {Model()}, {RuntimeInformation.RuntimeIdentifier}, .NET {Environment.Version.Major}.{Environment.Version.Minor}";

    /// <summary>Of the last minute; null where the system does not tell.</summary>
    public static double? Load() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) : null;

    private static string Model()
    {
        const string cpus = "/proc/cpuinfo";
        string? line = File.Exists(cpus) ? File.ReadLines(cpus).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..];
    }
}
