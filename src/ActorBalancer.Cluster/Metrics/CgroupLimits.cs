using System.Globalization;

namespace ActorBalancer.Cluster.Metrics;

/// <summary>
/// What the process's control groups allow it. Version 2: cpu.max and memory.max; version 1: cpu.cfs_quota_us over
/// cpu.cfs_period_us and memory.limit_in_bytes (kernel documentation, admin-guide/cgroup-v2.rst and cgroup-v1). A group above
/// may allow less than the process's own, so the least along the path counts. In a container the path can name groups
/// outside of it; then only the root of the mount is there to read.
/// </summary>
/// <param name="Cpus">Processors' worth of time; null: as many as there are.</param>
/// <param name="MemoryBytes">Null: no limit.</param>
internal readonly record struct CgroupLimits(double? Cpus, long? MemoryBytes)
{
    private const string Root = "/sys/fs/cgroup";

    // Version 1 writes "no limit" as the largest number of whole pages; nothing real comes near.
    private const long NoLimit = 1L << 60;

    public static CgroupLimits Read(ISystemSource source)
    {
        CgroupLimits limits = default;
        foreach (string line in (source.Read("/proc/self/cgroup") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // Number, controllers, path; version 2 has number 0 and no controllers.
            string[] parts = line.Split(':', 3);
            if (parts.Length < 3) continue;
            string[] controllers = parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries);
            if (controllers.Length == 0) limits = limits.AndLess(ReadVersion2(source, parts[2]));
            if (controllers.Contains("cpu")) limits = limits.AndLess(ReadCpuVersion1(source, parts[1], parts[2]));
            if (controllers.Contains("memory")) limits = limits.AndLess(ReadMemoryVersion1(source, parts[2]));
        }

        return limits;
    }

    private CgroupLimits AndLess(CgroupLimits other) => new(Less(Cpus, other.Cpus), Less(MemoryBytes, other.MemoryBytes));

    private static T? Less<T>(T? one, T? other)
        where T : struct, IComparable<T> =>
        one is T a && other is T b ? (a.CompareTo(b) < 0 ? a : b) : one ?? other;

    private static CgroupLimits ReadVersion2(ISystemSource source, string path)
    {
        CgroupLimits limits = default;
        foreach (string folder in Upwards(path))
        {
            string[] cpu = (source.Read($"{Root}{folder}/cpu.max") ?? "").Split(' ', StringSplitOptions.TrimEntries);
            double? cpus = cpu.Length == 2 ? Quota(cpu[0], cpu[1]) : null;
            limits = limits.AndLess(new CgroupLimits(cpus, Bytes(source.Read($"{Root}{folder}/memory.max"))));
        }

        return limits;
    }

    private static CgroupLimits ReadCpuVersion1(ISystemSource source, string controllers, string path)
    {
        double? cpus = null;
        foreach (string folder in Upwards(path))
        {
            // Mounted under the name of its controllers together, or alone.
            foreach (string mount in (string[])["cpu", controllers])
            {
                string? quota = source.Read($"{Root}/{mount}{folder}/cpu.cfs_quota_us");
                cpus = Less(cpus, Quota(quota, source.Read($"{Root}/{mount}{folder}/cpu.cfs_period_us")));
            }
        }

        return new CgroupLimits(cpus, null);
    }

    private static CgroupLimits ReadMemoryVersion1(ISystemSource source, string path)
    {
        long? bytes = null;
        foreach (string folder in Upwards(path))
            bytes = Less(bytes, Bytes(source.Read($"{Root}/memory{folder}/memory.limit_in_bytes")));
        return new CgroupLimits(null, bytes);
    }

    /// <summary>"/a/b", "/a", "".</summary>
    private static IEnumerable<string> Upwards(string path)
    {
        for (string folder = path.TrimEnd('/'); folder.Length > 0; folder = folder[..folder.LastIndexOf('/')])
            if (folder[0] == '/') yield return folder;
            else yield break;
        yield return "";
    }

    /// <summary>"max" and -1 are no quota.</summary>
    private static double? Quota(string? quota, string? period) =>
        long.TryParse(quota, NumberStyles.Integer, CultureInfo.InvariantCulture, out long q)
        && long.TryParse(period, NumberStyles.Integer, CultureInfo.InvariantCulture, out long p)
        && q > 0 && p > 0
            ? (double)q / p
            : null;

    private static long? Bytes(string? text) =>
        long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long bytes) && bytes is > 0 and < NoLimit
            ? bytes
            : null;
}
