using ActorBalancer.Storage.Tests.Postgres;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Campaign.Staging;

/// <summary>A PostgreSQL server of its own.</summary>
internal sealed class PostgresStage(PostgresServer server, string host) : StageStore
{
    public override string Name => "postgres";

    public override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("ACTORBALANCER__STORE", "postgres"),
        new("ACTORBALANCER__POSTGRES__CONNECTION", $"Host={host};Port={server.Port};Username=postgres;Database=postgres"),
    ];

    /// <param name="address">Where hosts of a lab reach it; null: the loopback.</param>
    public static PostgresStage Start(string? address) => new(
        PostgresServer.TryStart(address) ?? throw new InvalidOperationException("no PostgreSQL server is installed here (initdb and pg_ctl were not found)"),
        address ?? "127.0.0.1");

    /// <summary>Whether a server is installed at all.</summary>
    public static bool IsPossible => PostgresServer.IsInstalled;

    /// <summary>As after a crash.</summary>
    public void Kill() => server.Stop("immediate");

    /// <summary>In good order, but without waiting for anybody.</summary>
    public void Stop() => server.Stop("fast");

    public void Start() => server.Start();

    public void DropConnections() => server.Execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");

    /// <summary>Every process of it stands still, as on a machine that hangs.</summary>
    public async Task PauseAsync(TimeSpan time)
    {
        int postmaster = server.Postmaster!.Value;
        Signals.Send(postmaster, Signals.Stop);
        List<int> stopped = [postmaster];
        try
        {
            foreach (int child in ProcessTable.ChildrenOf(postmaster))
            {
                Signals.Send(child, Signals.Stop);
                stopped.Add(child);
            }
            await Task.Delay(time);
        }
        finally
        {
            foreach (int process in stopped.Where(ProcessTable.Lives))
                Signals.Send(process, Signals.Continue);
        }
    }

    public override void Dispose() => server.Dispose();
}
