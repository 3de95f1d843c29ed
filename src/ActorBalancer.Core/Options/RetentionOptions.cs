namespace ActorBalancer.Options;

/// <summary>How long the stores on disk keep finished jobs; the memory store has bounds of its own in <see cref="MemoryOptions"/>.</summary>
public sealed record RetentionOptions
{
    /// <summary>Succeeded, discarded and cancelled jobs, from their end.</summary>
    public required TimeSpan Succeeded { get; init; }

    /// <summary>Dead jobs, from their end.</summary>
    public required TimeSpan Dead { get; init; }
}
