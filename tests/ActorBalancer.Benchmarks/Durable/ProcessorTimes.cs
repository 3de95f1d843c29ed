using System.Diagnostics;
using System.Globalization;
using ActorBalancer.Benchmarks.Dispatch;
using ActorBalancer.Storage.Tests.Postgres;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>Processor time so far of all that takes part, in microseconds. The parts of a process only Linux tells.</summary>
internal sealed record ProcessorTimes(double Own, double StoreThread, double Workers, double Server)
{
    // As Linux shortens the name of the store's thread.
    private const string StoreThreadName = "actorbalancer-s";

    // Clock ticks in which Linux counts; the same on all machines on which .NET runs.
    private const double MicrosPerTick = 10_000;

    // Places in a line of /proc/PID/stat, counted from the state.
    private const int ParentField = 1, OwnField = 11, ChildrenField = 13;

    /// <summary>Null where the system does not tell.</summary>
    public static ProcessorTimes? Now(IReadOnlyList<WorkerProcess> workers, PostgresServer? server)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        using Process own = Process.GetCurrentProcess();
        return new ProcessorTimes(
            own.TotalProcessorTime.TotalMicroseconds,
            Directory.GetDirectories("/proc/self/task").Where(IsStoreThread).Sum(thread => Micros(Stat(thread), children: false)),
            workers.Sum(worker => worker.ProcessorTime.TotalMicroseconds),
            server is null ? 0 : OfServer(server));
    }

    public ProcessorFigures Since(ProcessorTimes before, long jobs)
    {
        double store = StoreThread - before.StoreThread;
        return new ProcessorFigures(
            Math.Round((Own - before.Own - store) / jobs, 2),
            Math.Round(store / jobs, 2),
            Math.Round((Workers - before.Workers) / jobs, 2),
            Math.Round((Server - before.Server) / jobs, 2));
    }

    /// <summary>The server's first process with its children, past and present.</summary>
    private static double OfServer(PostgresServer server)
    {
        string port = server.Port.ToString(CultureInfo.InvariantCulture);
        string? first = Processes().FirstOrDefault(process => Arguments(process) is var a && Array.IndexOf(a, "-p") is >= 0 and int at && a[at + 1] == port);
        string id = Path.GetFileName(first) ?? "";
        return first is null ? 0
            : Micros(Stat(first), children: true) + Processes().Select(Stat).Where(stat => stat[ParentField] == id).Sum(stat => Micros(stat, children: false));
    }

    private static IEnumerable<string> Processes() => Directory.GetDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0]));

    private static bool IsStoreThread(string thread) => Read(Path.Combine(thread, "comm")).Trim() == StoreThreadName;

    private static string[] Arguments(string process) => Read(Path.Combine(process, "cmdline")).Split('\0');

    /// <summary>The fields behind the name, which may hold anything; all empty where it has ended meanwhile.</summary>
    private static string[] Stat(string process)
    {
        string text = Read(Path.Combine(process, "stat"));
        return text.Length == 0 ? Enumerable.Repeat("", ChildrenField + 2).ToArray() : text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static double Micros(string[] stat, bool children) => stat[OwnField].Length == 0 ? 0
        : MicrosPerTick * (Ticks(stat, OwnField) + (children ? Ticks(stat, ChildrenField) : 0));

    // In user mode and in the kernel.
    private static long Ticks(string[] stat, int field) =>
        long.Parse(stat[field], CultureInfo.InvariantCulture) + long.Parse(stat[field + 1], CultureInfo.InvariantCulture);

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            // It has ended.
            return "";
        }
    }
}
