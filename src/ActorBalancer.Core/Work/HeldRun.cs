namespace ActorBalancer.Work;

/// <summary>A run that a worker holds: running, or waiting for a slot.</summary>
internal readonly record struct HeldRun(RunToken Token, long Key, int Attempt, long StartedUnixMs)
{
    /// <summary>It ran when an earlier process of the worker died, see <see cref="WorkerHello.Left"/>. Not on the wire.</summary>
    public bool IsLeft { get; init; }
}
