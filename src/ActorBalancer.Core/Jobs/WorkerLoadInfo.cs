namespace ActorBalancer;

/// <summary>How busy a worker's node says it is; processors and memory are 0 until its first sample, about a second after its start.</summary>
/// <param name="Cpu">The process's share of the processors that it may use, 0 to 1.</param>
/// <param name="Memory">The process's share of the memory that it may use, 0 to 1.</param>
/// <param name="MemoryBytes">The same in bytes.</param>
/// <param name="Queued">Jobs that wait there for a slot, by its last report.</param>
public sealed record WorkerLoadInfo(double Cpu, double Memory, long MemoryBytes, int Queued);
