namespace ActorBalancer.Storage;

/// <summary>What became of a commit.</summary>
internal enum CommitResult
{
    /// <summary>It is stored.</summary>
    Done,

    /// <summary>Rolled back: this incarnation owns nothing any more.</summary>
    Fenced,

    /// <summary>Not stored; the store is away, read-only or full. Try again later.</summary>
    Unavailable,

    /// <summary>The answer was lost: resolve by reading back under a new incarnation (rule 11).</summary>
    Unknown,
}
