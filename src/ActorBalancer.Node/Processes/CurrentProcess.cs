using System.Diagnostics;
using System.Globalization;

namespace ActorBalancer.Node.Processes;

/// <summary>What this process can say of, and do to, itself and its parent.</summary>
internal static class CurrentProcess
{
    /// <summary>Ends this process at once, without any hook.</summary>
    public static void Kill()
    {
        using Process self = Process.GetCurrentProcess();
        self.Kill();
    }

    /// <summary>
    /// Ends this process when its parent does, if the parent is <c>dotnet run</c>: nobody sees this process behind that one,
    /// so whoever kills it means this one. Any other parent, such as a shell, may leave first.
    /// </summary>
    public static void FollowDotnetRun(TimeProvider clock, CancellationToken stop)
    {
        int parent = ParentOf("self");
        if (parent > 1 && NameOf(parent) == "dotnet")
            _ = FollowAsync(parent, clock, stop);
    }

    /// <summary>When a process started, in ticks whose unit is the system's own; null: there is none of this id.</summary>
    public static long? StartOf(int pid)
    {
        try
        {
            // Field 22 of the stat file; .NET's own figure is reckoned from it and the clock, and differs between two readers.
            if (OperatingSystem.IsLinux())
                return long.Parse(Stat($"{pid}")[19], CultureInfo.InvariantCulture);
            using Process process = Process.GetProcessById(pid);
            return process.StartTime.Ticks;
        }
        catch (Exception e) when (e is IOException or ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static async Task FollowAsync(int parent, TimeProvider clock, CancellationToken stop)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(250), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                // The orphan gets another parent; the old one's id may be somebody else's by now, so it is not asked for.
                if (ParentOf("self") != parent)
                    Kill();
            }
        }
        catch (OperationCanceledException)
        {
            // The work is over; the parent may go when it likes.
        }
    }

    private static int ParentOf(string process)
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        return int.Parse(Stat(process)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>From the state on. "pid (name) state parent ...": the name may hold blanks and brackets, hence the last one.</summary>
    private static string[] Stat(string process)
    {
        string stat = File.ReadAllText($"/proc/{process}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static string NameOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/comm").Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }
}
