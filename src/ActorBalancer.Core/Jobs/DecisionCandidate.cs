namespace ActorBalancer;

/// <summary>A worker as the strategy saw it when it decided.</summary>
public sealed record DecisionCandidate
{
    /// <summary>Its name.</summary>
    public required string Worker { get; init; }

    /// <summary>By the rule in <see cref="JobDecision.Score"/>; null: it has none, or it is no longer known.</summary>
    public double? Score { get; init; }

    /// <summary>The jobs that counted as in flight there, those that failed too soon and wait in its line included.</summary>
    public required int Load { get; init; }

    /// <summary>Jobs that it runs at once.</summary>
    public required int Slots { get; init; }

    /// <summary>Its effective weight: configured x slow start x what was learned, where that counts.</summary>
    public required double Weight { get; init; }

    /// <summary>The age of its last report: of its credit, and of what it holds for other routers. Null: it had not reported.</summary>
    public TimeSpan? ViewAge { get; init; }

    /// <summary>Why it was not chosen; null: it was.</summary>
    public string? WhyNot { get; init; }

    /// <summary>What had moved its weight or load.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
