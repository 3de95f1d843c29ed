namespace ActorBalancer.Options;

/// <summary>The database of the store <c>postgres</c>.</summary>
public sealed record PostgresOptions
{
    /// <summary>How to reach it: <c>env:NAME</c>, <c>file:PATH</c> or the connection itself. May hold a password.</summary>
    public required string Connection { get; init; }

    /// <summary>The schema of its tables.</summary>
    public required string Schema { get; init; }

    /// <summary>Without the connection, so that no log or message shows its password.</summary>
    public override string ToString() => $"{nameof(PostgresOptions)} {{ {nameof(Schema)} = {Schema} }}";
}
