namespace ActorBalancer.Storage;

/// <summary>Jobs that callers stored in transactions of their own, on their way to the owners of their queues.</summary>
internal sealed class InboxRows
{
    public static readonly InboxRows None = new() { Ids = [], Jobs = JobBatch.From([]), Keys = [], SubmittedUnixMs = [], Ownerless = [] };

    /// <summary>By row: its number in the inbox, above 0 and never used again.</summary>
    public required long[] Ids { get; init; }

    public required JobBatch Jobs { get; init; }

    /// <summary>By row: the key that was set aside for it (<see cref="Commit.Reserved"/>), -1: its owner gives one.</summary>
    public required long[] Keys { get; init; }

    /// <summary>By row: when it was submitted, by the clock of the caller.</summary>
    public required long[] SubmittedUnixMs { get; init; }

    /// <summary>Queues of rows that nobody takes, since the queues have no owner or do not exist: somebody has to open them.</summary>
    public required IReadOnlyList<string> Ownerless { get; init; }
}
