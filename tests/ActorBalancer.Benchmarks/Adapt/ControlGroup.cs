using System.Globalization;

namespace ActorBalancer.Benchmarks.Adapt;

/// <summary>A control group of ours with a quota of processor time and a limit of memory, in version 2 or 1, where this process may make one.</summary>
internal sealed class ControlGroup : IDisposable
{
    private const string Root = "/sys/fs/cgroup";

    // Short, so that a job of some milliseconds is slowed as well as a long one.
    private const long PeriodMicros = 10_000;

    private readonly List<string> _folders = [];
    private readonly bool _isVersion2;

    private ControlGroup(bool isVersion2) => _isVersion2 = isVersion2;

    /// <summary>Null: not possible here, and why.</summary>
    public static ControlGroup? TryCreate(string name, out string? problem)
    {
        problem = null;
        bool isVersion2 = File.Exists($"{Root}/cgroup.controllers");
        ControlGroup group = new(isVersion2);
        try
        {
            if (!OperatingSystem.IsLinux())
                throw new IOException("there are control groups on Linux only");
            foreach (string above in isVersion2 ? (string[])[Root] : [$"{Root}/cpu", $"{Root}/memory"])
            {
                if (!Directory.Exists(above))
                    throw new IOException($"{above} is not there");
                Directory.CreateDirectory($"{above}/{name}");
                group._folders.Add($"{above}/{name}");
            }
            group.Limit(cpus: null);
            return group;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            group.Dispose();
            problem = e.Message;
            return null;
        }
    }

    /// <summary>Which version, for people.</summary>
    public string Version => _isVersion2 ? "version 2" : "version 1";

    public void Add(int pid)
    {
        foreach (string folder in _folders)
            Write($"{folder}/cgroup.procs", pid);
    }

    /// <param name="cpus">Processors' worth of time; null: no quota.</param>
    public void Limit(double? cpus)
    {
        long quota = cpus is { } share ? Math.Max(1_000, (long)(share * PeriodMicros)) : -1;
        if (_isVersion2)
            File.WriteAllText($"{_folders[0]}/cpu.max", string.Create(CultureInfo.InvariantCulture, $"{(quota < 0 ? "max" : $"{quota}")} {PeriodMicros}"));
        else
        {
            Write($"{_folders[0]}/cpu.cfs_period_us", PeriodMicros);
            Write($"{_folders[0]}/cpu.cfs_quota_us", quota);
        }
    }

    public void LimitMemory(long bytes) => Write(_isVersion2 ? $"{_folders[0]}/memory.max" : $"{_folders[1]}/memory.limit_in_bytes", bytes);

    /// <summary>Those that are in it must have ended.</summary>
    public void Dispose()
    {
        foreach (string folder in _folders.Where(Directory.Exists))
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (IOException e)
            {
                Console.Error.WriteLine($"the control group {folder} could not be removed: {e.Message}");
            }
        }
    }

    private static void Write(string file, long value) => File.WriteAllText(file, value.ToString(CultureInfo.InvariantCulture));
}
