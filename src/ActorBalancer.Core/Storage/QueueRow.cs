namespace ActorBalancer.Storage;

/// <summary>A queue as the store has it. Settings that are null come from the configuration.</summary>
internal sealed record QueueRow
{
    public required int Number { get; init; }

    public required string Name { get; init; }

    /// <summary>The incarnation that owns it; 0: nobody does just now.</summary>
    public long Owner { get; init; }

    public bool Paused { get; init; }

    public string? Strategy { get; init; }

    public Strategies.Binding? Binding { get; init; }

    public Strategies.WeightSource? Weights { get; init; }

    /// <summary>The first sequence that no job of the queue has.</summary>
    public long NextSequence { get; init; }

    /// <summary>A bit for each priority that a job of the queue ever had, bit 0 for priority 0.</summary>
    public int Priorities { get; init; }

    /// <summary>Jobs that wait or run.</summary>
    public long Ready { get; init; }

    /// <summary>Scheduled and retrying ones, due ones included until they have run.</summary>
    public long Later { get; init; }

    /// <summary>Dead ones that are kept.</summary>
    public long Dead { get; init; }

    /// <summary>See <see cref="Commit.Horizons"/>; one key a priority that was ever assigned from.</summary>
    public IReadOnlyList<long> Horizons { get; init; } = [];
}
