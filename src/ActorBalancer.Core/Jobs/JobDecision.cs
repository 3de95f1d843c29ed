using ActorBalancer.Strategies;

namespace ActorBalancer;

/// <summary>Why a run of a job went to the worker that it went to, or why it goes to none just now.</summary>
public sealed record JobDecision
{
    /// <summary>The run's number, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>When the worker was chosen.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The strategy's id.</summary>
    public required string Strategy { get; init; }

    /// <summary>When it binds.</summary>
    public required Binding Binding { get; init; }

    /// <summary>Where the weights came from.</summary>
    public required WeightSource Weights { get; init; }

    /// <summary>Since when the weights were those, as the metrics actor last said; null: it had not spoken.</summary>
    public TimeSpan? WeightsAge { get; init; }

    /// <summary>Who was chosen; null: nobody can be just now.</summary>
    public string? Worker { get; init; }

    /// <summary>What decided, in a few words.</summary>
    public required string Why { get; init; }

    /// <summary>What the scores are and which wins; null: there are none.</summary>
    public string? Score { get; init; }

    /// <summary>The chosen one first, then those that could have been chosen, then the others.</summary>
    public required IReadOnlyList<DecisionCandidate> Candidates { get; init; }

    /// <summary>Candidates beyond those that are shown.</summary>
    public int LeftOut { get; init; }
}
