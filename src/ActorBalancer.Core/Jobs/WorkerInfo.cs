namespace ActorBalancer;

/// <summary>A worker as a router sees it.</summary>
public sealed record WorkerInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its cluster address.</summary>
    public required string Node { get; init; }

    /// <summary>Where it stands.</summary>
    public required WorkerState State { get; init; }

    /// <summary>The cluster roles of its node.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The kinds that it registered.</summary>
    public required IReadOnlyList<string> Kinds { get; init; }

    /// <summary>Jobs that it runs at once.</summary>
    public required int Slots { get; init; }

    /// <summary>Jobs in its slots, by its last report, for all routers.</summary>
    public required int Running { get; init; }

    /// <summary>Jobs that this router has sent and has no outcome of.</summary>
    public required int InFlight { get; init; }

    /// <summary>Jobs that this router may send now.</summary>
    public required int Credit { get; init; }

    /// <summary>The configured weight.</summary>
    public required double Weight { get; init; }

    /// <summary>What the strategies use now (slow start included).</summary>
    public required double EffectiveWeight { get; init; }

    /// <summary>Its learned speed against the mean of all workers; 1 as long as nothing was learned.</summary>
    public required double Speed { get; init; }

    /// <summary>Why it is ejected and for how long; null: it is not.</summary>
    public string? Ejected { get; init; }

    /// <summary>How busy its node is.</summary>
    public required WorkerLoadInfo Load { get; init; }

    /// <summary>Jobs of this router that finished there.</summary>
    public required long Finished { get; init; }

    /// <summary>Its process's incarnation.</summary>
    public required long Incarnation { get; init; }

    /// <summary>Its program's version.</summary>
    public required string Version { get; init; }

    /// <summary>When its process started.</summary>
    public required DateTimeOffset UpSince { get; init; }
}
