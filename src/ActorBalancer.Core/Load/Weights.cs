namespace ActorBalancer.Load;

/// <summary>
/// The weights that the metrics actor decided; the dispatcher knows weights from nowhere else. A worker that is not named
/// gets the mean of those that are.
/// </summary>
/// <param name="Version">Grows with every change; an older version is dropped.</param>
/// <param name="Workers">One entry a worker that is known.</param>
internal sealed record Weights(long Version, IReadOnlyList<WorkerWeight> Workers);

/// <summary>A worker's effective weight in thousandths: configured weight x slow start. 0 takes no new jobs.</summary>
internal readonly record struct WorkerWeight(long WorkerIncarnation, int Effective)
{
    private readonly KindFactor[]? _factors;

    /// <summary>What that is multiplied by where weights are learned, by kind.</summary>
    public KindFactor[] Factors
    {
        get => _factors ?? [];
        init => _factors = value;
    }

    /// <summary>The learned speed over all kinds against the fleet.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Why the worker is ejected; null: it is not.</summary>
    public string? Ejected { get; init; }

    public bool Equals(WorkerWeight other) => WorkerIncarnation == other.WorkerIncarnation && Effective == other.Effective
        && Speed.Equals(other.Speed) && Ejected == other.Ejected && Factors.AsSpan().SequenceEqual(other.Factors);

    public override int GetHashCode() => HashCode.Combine(WorkerIncarnation, Effective);
}
