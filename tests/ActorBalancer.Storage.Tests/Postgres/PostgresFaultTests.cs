using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorBalancer.Storage.Postgres;
using ActorBalancer.Tests.Storage;

namespace ActorBalancer.Storage.Tests.Postgres;

/// <summary>The database, the wire to it and its disk fail.</summary>
public sealed class PostgresFaultTests
{
    [Theory]
    [Trait("Rule", "11")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rule_11_commit_whose_answer_was_lost_is_unknown_and_the_next_incarnation_reads_which_it_was(bool arrived)
    {
        await using PostgresUnderTest under = await PostgresUnderTest.OpenAsync();
        using CuttingProxy wire = new(under.Server.Port);
        await using PostgresJobStore store = under.Another(under.Server.ConnectionString.Replace($"{under.Server.Port}", $"{wire.Port}", StringComparison.Ordinal));
        long first = (await store.RegisterAsync(StoreSession.Node("r1"), StoreSession.Lease, default)).Incarnation;
        await store.OpenQueueAsync(first, "default", default);
        Assert.Equal(CommitResult.Done, await store.CommitAsync(Insert(first, 0), default));

        wire.Next = arrived ? CuttingProxy.Cut.Answer : CuttingProxy.Cut.Request;
        Assert.Equal(CommitResult.Unknown, await store.CommitAsync(Insert(first, 1), default));

        long next = (await store.RegisterAsync(StoreSession.Node("r1"), StoreSession.Lease, default)).Incarnation;
        Assert.Equal(CommitResult.Fenced, await store.CommitAsync(Insert(first, 2), default));
        QueueRow row = Assert.Single(await store.ClaimAsync(next, default));
        Assert.Equal(arrived ? 2 : 1, row.NextSequence);
        Assert.Equal(arrived, await store.GetAsync(new JobId(JobKey.Pack(0, 5, 1)), default) is not null);
        Assert.Equal(CommitResult.Done, await store.CommitAsync(Insert(next, row.NextSequence), default));
    }

    [Fact]
    public async Task Connection_that_ended_between_two_commits_costs_nothing()
    {
        await using PostgresUnderTest under = await PostgresUnderTest.OpenAsync();
        await using StoreSession s = await StoreSession.StartAsync(under);
        for (int i = 0; i < 5; i++)
        {
            await s.InsertAsync(s.Key(i));
            under.Server.Number($"SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = '{PostgresWriter.NameOf(s.Incarnation, under.Schema)}'");
        }
        Assert.Equal(5, (await s.KeysAsync()).Length);
    }

    [Theory]
    [InlineData("53100", true)]
    [InlineData("25006", false)]
    [InlineData("40P01", false)]
    [InlineData("53200", false)]
    public async Task Full_disk_read_only_deadlock_and_want_of_memory_store_nothing_and_pass(string state, bool full)
    {
        await using PostgresUnderTest under = await PostgresUnderTest.OpenAsync();
        await using StoreSession s = await StoreSession.StartAsync(under);
        await s.InsertAsync(s.Key(0));
        under.Server.Execute($"""
            CREATE FUNCTION {under.Schema}.fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''as if'' USING ERRCODE = ''{state}''; END';
            CREATE TRIGGER fail BEFORE DELETE ON {under.Schema}.job FOR EACH ROW EXECUTE FUNCTION {under.Schema}.fail()
            """);
        Commit commit = s.Insert(s.Key(1));
        commit.Outcomes.Add(s.Succeeded(s.Key(0)));
        Assert.Equal(full ? CommitResult.Full : CommitResult.Unavailable, await s.Store.CommitAsync(commit, default));
        Assert.Contains(state, under.Store.Trouble, StringComparison.Ordinal);
        Assert.Equal([s.Key(0)], await s.KeysAsync());
        under.Server.Execute($"DROP TRIGGER fail ON {under.Schema}.job");
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        Assert.Null(under.Store.Trouble);
        Assert.Equal([s.Key(1)], await s.KeysAsync());
    }

    [Fact]
    public async Task Bug_in_a_statement_is_an_exception_and_no_outage()
    {
        await using PostgresUnderTest under = await PostgresUnderTest.OpenAsync();
        await using StoreSession s = await StoreSession.StartAsync(under);
        under.Server.Execute($"ALTER TABLE {under.Schema}.job RENAME COLUMN crashes TO crushes");
        await Assert.ThrowsAsync<Npgsql.PostgresException>(async () => await s.Store.CommitAsync(s.Insert(s.Key(0)), default));
        under.Server.Execute($"ALTER TABLE {under.Schema}.job RENAME COLUMN crushes TO crashes");
        await s.InsertAsync(s.Key(0));
    }

    [Fact]
    public async Task Database_that_is_stopped_and_started_or_read_only_or_hangs_is_away_and_then_back_with_everything()
    {
        using PostgresServer server = TestServer.OfItsOwn();
        await using PostgresUnderTest under = await PostgresUnderTest.OpenAsync(server);
        await using StoreSession s = await StoreSession.StartAsync(under);
        await s.InsertAsync(s.Key(0));

        server.Stop("immediate");
        Assert.Equal(CommitResult.Unavailable, await s.Store.CommitAsync(Insert(s.Incarnation, 1), default));
        await AwayAsync(s);
        server.Start();
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(Insert(s.Incarnation, 1), default));
        Assert.True(await s.Store.RenewAsync(s.Incarnation, StoreSession.Lease, default));

        server.Execute("ALTER SYSTEM SET default_transaction_read_only = on");
        server.Execute("SELECT pg_reload_conf()");
        server.Stop("fast");
        server.Start();
        Assert.Equal(CommitResult.Unavailable, await s.Store.CommitAsync(Insert(s.Incarnation, 2), default));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await s.Store.RenewAsync(s.Incarnation, StoreSession.Lease, default));
        Assert.Equal(2, (await s.KeysAsync()).Length);
        server.Execute("ALTER SYSTEM RESET default_transaction_read_only");
        server.Stop("fast");
        server.Start();
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(Insert(s.Incarnation, 2), default));

        // One backend stands still, as the whole server does on a disk that hangs.
        int backend = (int)server.Number($"SELECT pid FROM pg_stat_activity WHERE application_name = '{PostgresWriter.NameOf(s.Incarnation, under.Schema)}'");
        Signal("STOP", backend);
        Assert.Equal(CommitResult.Unavailable, await s.Store.CommitAsync(Insert(s.Incarnation, 3), default));
        Signal("CONT", backend);
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(Insert(s.Incarnation, 3), default));
        Assert.Equal(4, (await s.KeysAsync()).Length);
    }

    private static async Task AwayAsync(StoreSession s)
    {
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await s.Store.RenewAsync(s.Incarnation, StoreSession.Lease, default));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await s.Store.GetAsync(new JobId(s.Key(0)), default));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await s.Store.LoadAsync(0, -1, 10, default));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await s.Store.OpenQueueAsync(s.Incarnation, "mail", default));
        Assert.Equal(ReopenResult.Unavailable, (await s.Store.ReopenAsync(s.Incarnation, new JobId(s.Key(0)), default)).Result);
    }

    private static Commit Insert(long incarnation, long sequence)
    {
        long key = JobKey.Pack(0, 5, sequence);
        Commit commit = new() { Incarnation = incarnation };
        commit.Inserts.Add(new InsertRows(JobBatch.From([new JobRequest { Kind = "echo", Payload = Encoding.ASCII.GetBytes($"{key}") }]), [key], 1));
        return commit;
    }

    private static void Signal(string signal, int process)
    {
        using Process kill = Process.Start("/bin/kill", ["-" + signal, process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
