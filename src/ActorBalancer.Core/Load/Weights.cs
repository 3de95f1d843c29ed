namespace ActorBalancer.Load;

/// <summary>
/// The weights that the metrics actor decided; the dispatcher knows weights from nowhere else. A worker that is not named
/// gets the mean of those that are.
/// </summary>
/// <param name="Version">Grows with every change; an older version is dropped.</param>
/// <param name="Workers">One entry a worker that is known.</param>
internal sealed record Weights(long Version, IReadOnlyList<WorkerWeight> Workers);

/// <summary>A worker's effective weight in thousandths: configured weight x slow start (x learned speed, later). 0 takes no new jobs.</summary>
internal readonly record struct WorkerWeight(long WorkerIncarnation, int Effective);
