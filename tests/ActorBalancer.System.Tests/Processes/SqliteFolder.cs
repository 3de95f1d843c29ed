namespace ActorBalancer.SystemTests.Processes;

/// <summary>A store of its own for one cluster, as a user has it by default: a SQLite file. Gone with it.</summary>
internal sealed class SqliteFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string File => Path.Combine(_folder.FullPath, "jobs.db");

    /// <summary>For the environment of a router.</summary>
    public KeyValuePair<string, string>[] Settings => [new(StoreOfTests.Variable, "sqlite"), new("ACTORBALANCER__SQLITE__FILE", File)];

    public void Dispose() => _folder.Dispose();
}
