namespace ActorBalancer.Client;

/// <summary>A refusal on the wire: problem+json, or the last line of a bulk answer.</summary>
internal sealed record Problem
{
    public string? Code { get; init; }

    public string? Detail { get; init; }

    public string? Title { get; init; }

    public long? Line { get; init; }

    public string? State { get; init; }
}
