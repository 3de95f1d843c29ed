namespace ActorBalancer.Work;

/// <summary>Who a worker says it is in its hello.</summary>
internal sealed record WorkerIdentity
{
    /// <summary>Larger than that of any earlier process of this name.</summary>
    public required long Incarnation { get; init; }

    public required string Name { get; init; }

    /// <summary>The configured weight in thousandths.</summary>
    public required int Weight { get; init; }

    public required string[] Kinds { get; init; }

    /// <summary>0: it has none.</summary>
    public required int LifePort { get; init; }

    public required string Version { get; init; }

    /// <summary>See <see cref="WorkerHello.Left"/>.</summary>
    public IReadOnlyList<HeldRun> Left { get; init; } = [];
}
