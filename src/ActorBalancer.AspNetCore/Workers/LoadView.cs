namespace ActorBalancer.AspNetCore.Workers;

/// <summary>How busy a worker's node is.</summary>
/// <param name="Cpu">Its process's share of the processors that it may use, 0 to 1.</param>
/// <param name="Memory">The same of the memory.</param>
/// <param name="MemoryBytes">The same in bytes.</param>
/// <param name="Queued">Jobs that wait there for a slot.</param>
internal sealed record LoadView(double Cpu, double Memory, long MemoryBytes, int Queued);
