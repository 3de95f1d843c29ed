namespace ActorBalancer.Storage;

/// <summary>
/// A part of a queue's jobs that are not final, as its owner reads it into its window: a stretch of one stream, in the stream's order.
/// A reader goes on behind the last row of an answer.
/// </summary>
internal sealed record LoadQuery
{
    public required int Queue { get; init; }

    public required LoadFrom From { get; init; }

    /// <summary>At most so many jobs.</summary>
    public required int Limit { get; init; }

    /// <summary>Only keys above this one; with <see cref="LoadFrom.Later"/> only among those due at <see cref="AfterUnixMs"/>.</summary>
    public long AfterKey { get; init; } = -1;

    /// <summary>Only keys below this one. A priority is a range of keys.</summary>
    public long BeforeKey { get; init; } = long.MaxValue;

    /// <summary>With <see cref="LoadFrom.Later"/>: only those due at this time, and then above <see cref="AfterKey"/>, or later. Unix milliseconds.</summary>
    public long AfterUnixMs { get; init; } = long.MinValue;

    /// <summary>Only jobs of this kind; null: of any.</summary>
    public string? Kind { get; init; }

    /// <summary>No jobs of these kinds.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    /// <summary>With <see cref="LoadFrom.Source"/>: the one source.</summary>
    public string? Source { get; init; }

    /// <summary>With <see cref="LoadFrom.Keys"/>: these, those that are final or unknown left out.</summary>
    public IReadOnlyList<long> Keys { get; init; } = [];
}

/// <summary>The streams that an owner reads.</summary>
internal enum LoadFrom
{
    /// <summary>Jobs that can be dispatched, by key.</summary>
    Ready,

    /// <summary>Scheduled and retrying jobs, by due time and then by key.</summary>
    Later,

    /// <summary>Jobs that can be dispatched, of one source of a queue that keeps the order of its sources (<see cref="InsertRows.Ordered"/>), by key.</summary>
    Source,

    /// <summary>Single jobs wherever they stand, by key.</summary>
    Keys,
}
