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

    /// <summary>The first sequence that no job of the queue has.</summary>
    public long NextSequence { get; init; }

    /// <summary>See <see cref="Commit.Horizons"/>; one key a priority that was ever assigned from.</summary>
    public IReadOnlyList<long> Horizons { get; init; } = [];
}
