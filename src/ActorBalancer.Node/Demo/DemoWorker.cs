using ActorBalancer.Node.Processes;

namespace ActorBalancer.Node.Demo;

/// <summary>A worker process of the demo.</summary>
/// <param name="Name">Its name in the cluster.</param>
/// <param name="Slots">Its capacity, and its weight.</param>
/// <param name="Process">The process.</param>
/// <param name="StartedAt">When the process was started.</param>
internal sealed record DemoWorker(string Name, int Slots, ChildNode Process, DateTimeOffset StartedAt);
