using ActorBalancer.Storage;

namespace ActorBalancer.Dispatch;

/// <summary>
/// What is to be read from the store for one queue, one reading at a time, and what an answer must not bring back: it shows the jobs as
/// they were at some moment since it was asked for.
/// </summary>
internal sealed class QueueReader
{
    /// <summary>The reading on its way; null: none is.</summary>
    public LoadQuery? Query;

    /// <summary>What it is for: a <see cref="ReadyStream"/>, a <see cref="LaterStream"/>, a <see cref="SourceChain"/>, or the discovery or single keys (null).</summary>
    public object? For;

    /// <summary>The last sequence of the stream that only the store had when it was asked.</summary>
    public long Last;

    /// <summary>Jobs that were in memory and are not any more, since the reading was asked for.</summary>
    public HashSet<long> Left { get; } = [];

    /// <summary>Jobs that are cancelled as soon as that is stored, and not in memory any more.</summary>
    public HashSet<long> Cancelling { get; } = [];

    /// <summary>Final jobs that the store is asked to reopen; its answer brings them.</summary>
    public HashSet<long> Reopening { get; } = [];

    /// <summary>Single jobs that are wanted in memory.</summary>
    public HashSet<long> Keys { get; } = [];

    public Queue<SourceChain> Chains { get; } = new();

    public Queue<ReadyStream> Streams { get; } = new();

    public Queue<LaterStream> Laters { get; } = new();

    /// <summary>Priorities that the discovery has not gone over yet, highest first; the delayed jobs follow as -1.</summary>
    public Queue<int> Undiscovered { get; } = new();

    /// <summary>Where the discovery is within the first of those.</summary>
    public (long Due, long Key) Cursor = (long.MinValue, -1);

    /// <summary>Kinds whose stream was full there; what follows of them is read by the stream.</summary>
    public HashSet<string> Full { get; } = [];

    /// <summary>It is in the dispatcher's list of queues that want to read.</summary>
    public bool IsListed;

    /// <summary>Not before then: the store could not be read.</summary>
    public long NotBefore;

    public bool IsLoading => Query is not null;

    public bool Ignores(long key) => Left.Contains(key) || Cancelling.Contains(key) || Reopening.Contains(key);
}
