namespace ActorBalancer.Cluster.Metrics;

/// <summary>Where a <see cref="ProcessSampler"/> reads: this process and the system's files, or a test's strings.</summary>
internal interface ISystemSource
{
    /// <summary>Processor time that the process has used, in user and system mode.</summary>
    TimeSpan CpuTime { get; }

    /// <summary>The process's resident memory in bytes.</summary>
    long ResidentBytes { get; }

    /// <summary>Processors that the process may run on.</summary>
    int Processors { get; }

    /// <summary>The memory that the process may use, as far as the runtime knows, in bytes.</summary>
    long MemoryBytes { get; }

    /// <summary>The text of a file; null where there is none, or it cannot be read.</summary>
    string? Read(string path);
}
