namespace ActorBalancer.Node.Map;

/// <summary>The end of one job.</summary>
/// <param name="Number">Which request it was, in the order of the sequence, from 0.</param>
/// <param name="Result">What the kind <c>exec</c> reported; null: it did not come to that.</param>
/// <param name="Error">Then: why.</param>
internal sealed record MapEnd(long Number, ReadOnlyMemory<byte>? Result, string? Error)
{
    /// <summary>Another try would be refused as well, or might run what runs already.</summary>
    public bool IsFinal { get; init; }
}
