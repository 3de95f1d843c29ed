namespace ActorBalancer.Storage;

/// <summary>What a store holds and how it is. Counts are kept by the commits, or estimated where that says so; nothing is scanned.</summary>
internal sealed record StoreStats
{
    /// <summary><c>sqlite</c>, <c>postgres</c> or <c>memory</c>.</summary>
    public required string Store { get; init; }

    /// <summary>The version of its tables.</summary>
    public required int Schema { get; init; }

    /// <summary>The version of the database system.</summary>
    public required string Engine { get; init; }

    public required IReadOnlyList<QueueCounts> Queues { get; init; }


    /// <summary>Bytes on disk, everything included.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes among them that are free and used again before the files grow; 0 where the store does not say.</summary>
    public required long FreeBytes { get; init; }

    /// <summary>Bytes of the write-ahead log.</summary>
    public required long LogBytes { get; init; }

    /// <summary>Rows that are deleted and not yet cleaned up; an alarm where they only grow. 0 where the store leaves none.</summary>
    public required long DeadRows { get; init; }

    /// <summary>How long the oldest transaction has been open: while it is, nothing newer can be cleaned up.</summary>
    public required TimeSpan OldestTransaction { get; init; }

    /// <summary>Router nodes that are registered.</summary>
    public required IReadOnlyList<RouterRow> Routers { get; init; }
}
