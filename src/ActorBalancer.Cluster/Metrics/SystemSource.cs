namespace ActorBalancer.Cluster.Metrics;

/// <summary>The real process and the real files.</summary>
internal sealed class SystemSource : ISystemSource
{
    public TimeSpan CpuTime => Environment.CpuUsage.TotalTime;

    public long ResidentBytes => Environment.WorkingSet;

    public int Processors => Environment.ProcessorCount;

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
