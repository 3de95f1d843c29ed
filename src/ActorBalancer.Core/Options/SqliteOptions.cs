namespace ActorBalancer.Options;

/// <summary>The file of the store <c>sqlite</c>.</summary>
public sealed record SqliteOptions
{
    /// <summary>Its path, from the current directory; made if there is none.</summary>
    public required string File { get; init; }
}
