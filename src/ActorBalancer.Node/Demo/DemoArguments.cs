namespace ActorBalancer.Node.Demo;

/// <summary>What the command line says of the demo.</summary>
/// <param name="Folder">Whose files are hashed; null: the checkout.</param>
/// <param name="Workers">How many workers.</param>
/// <param name="Jobs">How many jobs each strategy gets; null: one a file.</param>
/// <param name="Kill">Whether a worker is killed.</param>
/// <param name="Json">Print one JSON document instead of tables.</param>
internal sealed record DemoArguments(string? Folder, int Workers, int? Jobs, bool Kill, bool Json);
