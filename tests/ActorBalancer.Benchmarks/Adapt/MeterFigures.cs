namespace ActorBalancer.Benchmarks.Adapt;

/// <summary>A worker's own figures beside those of the system.</summary>
/// <param name="Worker">Its name.</param>
/// <param name="Limits">What its control group allows.</param>
/// <param name="Samples">Its samples that were compared.</param>
/// <param name="CpuShown">The mean of the processor shares in the list of workers, 0 to 1.</param>
/// <param name="CpuSystem">Of the same time, the process's user and system time by its /proc/PID/stat over what the group allows.</param>
/// <param name="MemoryShown">The mean of the bytes in the list.</param>
/// <param name="MemorySystem">The mean of VmRSS in its /proc/PID/status.</param>
/// <param name="MemoryShareShown">The share of the memory that it may use, in the list.</param>
/// <param name="MemoryShareSystem">VmRSS over the limit of its group, or over the machine's memory.</param>
internal sealed record MeterFigures(
    string Worker, string Limits, int Samples, double CpuShown, double CpuSystem, double MemoryShown, double MemorySystem, double MemoryShareShown,
    double MemoryShareSystem);
