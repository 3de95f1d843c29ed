namespace ActorBalancer.Storage;

/// <summary>What operators ask of a durable store, beside its jobs. At any time, from any thread.</summary>
internal interface IStoreUpkeep
{
    /// <summary>Makes it ready for use: its lock, its tables. Does nothing when that is done.</summary>
    /// <returns>Null, or why it cannot be used and what to do.</returns>
    /// <exception cref="StoreUnavailableException">It cannot be reached, read or written just now.</exception>
    Task<string?> OpenAsync(CancellationToken cancellation);

    /// <summary>Why the last commit was not stored; null: it was, or it was fenced.</summary>
    string? Trouble { get; }

    /// <summary>Figures; cheap enough to be asked for every few seconds.</summary>
    ValueTask<StoreStats> StatsAsync(CancellationToken cancellation);

    /// <summary>Looks for damage and for broken invariants; reads everything. One sentence a finding, none when all is well.</summary>
    ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellation);
}
