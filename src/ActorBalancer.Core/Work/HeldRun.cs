namespace ActorBalancer.Work;

/// <summary>A run that a worker holds: running, or waiting for a slot.</summary>
internal readonly record struct HeldRun(RunToken Token, long Key, int Attempt, long StartedUnixMs);
