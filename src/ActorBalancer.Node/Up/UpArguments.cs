namespace ActorBalancer.Node.Up;

/// <summary>What the command line says of a local cluster.</summary>
/// <param name="Workers">How many workers.</param>
/// <param name="Slots">Jobs that each runs at once; null: as configured.</param>
/// <param name="ConfigFile">For all its nodes; null: the defaults.</param>
/// <param name="Ca">Whom to trust where the file says https; null: the system.</param>
/// <param name="Json">Print the line that says it is ready as JSON.</param>
/// <param name="Verbose">Show all that the nodes log, and have them log more.</param>
internal sealed record UpArguments(int Workers, string? Slots, string? ConfigFile, string? Ca, bool Json, bool Verbose)
{
    /// <summary>Where jobs are kept; null: as configured.</summary>
    public string? Store { get; init; }

    /// <summary>The file of the store sqlite; null: as configured.</summary>
    public string? SqliteFile { get; init; }
}
