namespace ActorBalancer.Storage.Postgres;

/// <summary>Where the tables lie. Every statement names the schema: a search path is lost behind a connection pooler.</summary>
/// <param name="Schema">The schema's name.</param>
/// <param name="Shown">How the user knows the store; no secret.</param>
internal sealed record PostgresNames(string Schema, string Shown)
{
    /// <summary>The schema's name as it stands in a statement.</summary>
    public string Quoted { get; } = "\"" + Schema.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
