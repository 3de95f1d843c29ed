namespace ActorBalancer.Cluster.Metrics;

/// <summary>
/// The real process and the real files. The runtime's number of processors is one of its start: rounded up from the quota of then, or set by
/// an environment variable. The system's is asked instead, where it tells.
/// </summary>
internal sealed class SystemSource : ISystemSource
{
    public TimeSpan CpuTime => Environment.CpuUsage.TotalTime;

    public long ResidentBytes => Environment.WorkingSet;

    public int Processors => AllowedProcessors.Count(Read("/proc/self/status")) ?? Environment.ProcessorCount;

    public long MemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    public string? Read(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
