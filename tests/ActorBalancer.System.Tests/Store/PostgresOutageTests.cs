using ActorBalancer.Storage.Tests.Postgres;
using ActorBalancer.SystemTests.Http;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Store;

public sealed class PostgresOutageTests : IDisposable
{
    private readonly PostgresServer? _server = PostgresServer.TryStart();

    public void Dispose() => _server?.Dispose();

    [SkippableFact]
    public async Task Server_that_hangs_is_a_503_within_5_s_and_no_reason_to_restart()
    {
        await using HttpNode node = await StartAsync();
        string running = await node.AcceptAsync("""{"kind":"sleep","payload":{"ms":3000}}""");
        int[] all = Processes();
        foreach (int process in all)
            Signals.Send(process, Signals.Stop);
        try
        {
            // The first may be in a commit whose end nobody knows; those behind it are not accepted.
            for (int i = 0; i < 3; i++)
                Assert.Contains(await node.RefusedAsync(), (string[])["store_unavailable", "outcome_unknown"]);
            await node.IsInTroubleAsync("store_unavailable");
            Assert.Equal(503, (await node.GetAsync($"/v1/jobs/{running}")).Status);
        }
        finally
        {
            foreach (int process in all)
                Signals.Send(process, Signals.Continue);
        }
        await node.IsWellAgainAsync();
        await node.ResultAsync(running);
        Assert.Single((await node.JobAsync(running)).GetProperty("attempts").EnumerateArray());
    }

    [SkippableFact]
    public async Task Server_that_crashes_and_comes_back_loses_nothing_that_was_accepted()
    {
        await using HttpNode node = await StartAsync();
        List<string> accepted = [];
        for (int i = 0; i < 50; i++)
            accepted.Add(await node.AcceptAsync("""{"kind":"sleep","payload":{"ms":20}}"""));
        _server!.Stop("immediate");
        await node.IsInTroubleAsync("store_unavailable");
        _server.Start();
        await node.IsWellAgainAsync();
        foreach (string id in accepted)
            await node.ResultAsync(id);
    }

    [SkippableFact]
    public async Task Server_that_is_read_only_is_a_503_until_it_is_not()
    {
        await using HttpNode node = await StartAsync();
        await node.AcceptAsync("""{"kind":"echo","payload":0}""");
        _server!.Execute("ALTER SYSTEM SET default_transaction_read_only = on");
        _server.Execute("SELECT pg_reload_conf()");
        await node.IsInTroubleAsync("store_unavailable");
        _server.Execute("ALTER SYSTEM RESET default_transaction_read_only");
        _server.Execute("SELECT pg_reload_conf()");
        await node.IsWellAgainAsync();
    }

    private Task<HttpNode> StartAsync()
    {
        Skip.If(_server is null, "no PostgreSQL server is installed here (initdb and pg_ctl were not found)");
        return HttpNode.StartAsync([], (StoreOfTests.Variable, "postgres"), ("ACTORBALANCER__POSTGRES__CONNECTION", "env:JOBS"), ("JOBS", _server!.ConnectionString));
    }

    /// <summary>The server's processes, its first one included.</summary>
    private int[] Processes()
    {
        int first = _server!.Postmaster!.Value;
        return [first, .. ProcessTable.ChildrenOf(first)];
    }
}
