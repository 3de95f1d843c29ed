namespace ActorBalancer.Storage.Tests.Postgres;

/// <summary>The server for tests; where none is installed they are skipped and say so.</summary>
internal static class TestServer
{
    private static readonly Lazy<PostgresServer?> One = new(() => PostgresServer.TryStart());

    /// <summary>The one that all tests share.</summary>
    public static PostgresServer Shared => OrSkip(One.Value);

    /// <summary>Another one, for a test that breaks it.</summary>
    public static PostgresServer OfItsOwn() => OrSkip(One.Value is null ? null : PostgresServer.TryStart());

    private static PostgresServer OrSkip(PostgresServer? server)
    {
        Skip.If(server is null, "no PostgreSQL server is installed here (initdb and pg_ctl were not found)");
        return server!;
    }
}
