namespace ActorBalancer.Storage;

/// <summary>What became of a commit.</summary>
internal enum CommitResult
{
    /// <summary>It is stored.</summary>
    Done,

    /// <summary>Rolled back: this incarnation owns nothing any more.</summary>
    Fenced,

    /// <summary>Surely not stored: the store is away or read-only. Try again later.</summary>
    Unavailable,

    /// <summary>The answer was lost: resolve by reading back under a new incarnation (rule 11).</summary>
    Unknown,

    /// <summary>Surely not stored: the store has no room left. Try again when somebody has made some.</summary>
    Full,
}
