using ActorBalancer.Storage.Postgres;
using ActorBalancer.Storage.Tests.Processes;
using ActorBalancer.Tests.Storage;
using Npgsql;

namespace ActorBalancer.Storage.Tests.Postgres;

/// <summary>Several router nodes on one database: who owns what, and how a queue changes hands (rules 1 to 4).</summary>
public sealed class PostgresTakeoverTests
{
    [Fact]
    public async Task Two_router_nodes_own_queues_of_their_own_and_know_each_others()
    {
        await using PostgresUnderTest under = await PostgresUnderTest.OpenAsync();
        await using PostgresJobStore second = under.Another();
        long r1 = await RegisterAsync(under.Store, "r1"), r2 = await RegisterAsync(second, "r2");
        Assert.True(r2 > r1);
        Assert.Equal([r1, r2], (await second.RoutersAsync(default)).Select(row => row.Incarnation));

        QueueRow a = (await under.Store.OpenQueueAsync(r1, "a", default))!, b = (await second.OpenQueueAsync(r2, "b", default))!;
        Assert.Equal((0, r1, 1, r2), (a.Number, a.Owner, b.Number, b.Owner));
        // An open of somebody else's queue says whose it is, and a claim takes nothing that has an owner.
        Assert.Equal(r1, (await second.OpenQueueAsync(r2, "a", default))!.Owner);
        Assert.Equal(["b"], (await second.ClaimAsync(r2, default)).Select(row => row.Name));
        Assert.Equal([r1, r2], (await second.QueuesAsync(default)).Select(row => row.Owner));

        Assert.Equal(CommitResult.Done, await InsertAsync(under.Store, r1, JobKey.Pack(0, 5, 0)));
        Assert.Equal(CommitResult.Done, await InsertAsync(second, r2, JobKey.Pack(1, 5, 0)));
        Assert.Equal("echo", (await second.GetAsync(new JobId(JobKey.Pack(0, 5, 0)), default))!.Kind);
        Assert.Equal(2, (await under.Store.ListAsync(new JobQuery(), default)).Count);
    }

    [Fact]
    public async Task Queues_of_a_dead_node_go_to_those_that_are_left_each_to_one()
    {
        await using PostgresUnderTest under = await PostgresUnderTest.OpenAsync();
        await using PostgresJobStore second = under.Another(), third = under.Another();
        long r1 = await RegisterAsync(under.Store, "r1"), r2 = await RegisterAsync(second, "r2"), r3 = await RegisterAsync(third, "r3");
        for (int i = 0; i < 40; i++)
            await under.Store.OpenQueueAsync(r1, $"q{i}", default);

        string[] left = ["r2", "r3"];
        Assert.Empty(await second.ClaimAsync(r2, left, default));
        Assert.True(await third.FenceAsync(r1, default));
        IReadOnlyList<QueueRow>[] claimed = await Task.WhenAll(second.ClaimAsync(r2, left, default).AsTask(), third.ClaimAsync(r3, left, default).AsTask());
        Assert.Equal(Enumerable.Range(0, 40), claimed.SelectMany(rows => rows).Select(row => row.Number).Order());
        Assert.All(claimed, rows => Assert.InRange(rows.Count, 8, 32));
        Assert.All(claimed[0], row => Assert.Equal("r2", QueueOwners.Choose(row.Name, ["r3", "r2"])));
        // A node that joins takes nothing from those that live.
        Assert.Empty(await under.Store.ClaimAsync(await RegisterAsync(under.Store, "r4"), ["r2", "r3", "r4"], default));
    }

    [Fact]
    public async Task Node_that_comes_back_at_its_address_takes_over_from_itself_at_once()
    {
        await using PostgresUnderTest under = await PostgresUnderTest.OpenAsync();
        long first = await RegisterAsync(under.Store, "r1");
        await under.Store.OpenQueueAsync(first, "default", default);
        await using PostgresJobStore again = under.Another();
        long next = await RegisterAsync(again, "r1");
        Assert.False(await under.Store.RenewAsync(first, StoreSession.Lease, default));
        Assert.Equal("default", Assert.Single(await again.ClaimAsync(next, default)).Name);
    }

    [Fact]
    [Trait("Rule", "2")]
    public async Task Rule_2_old_owners_commit_that_was_under_way_at_the_takeover_is_rolled_back()
    {
        await using PostgresUnderTest under = await PostgresUnderTest.OpenAsync();
        await using PostgresJobStore second = under.Another();
        long r1 = await RegisterAsync(under.Store, "r1"), r2 = await RegisterAsync(second, "r2");
        await under.Store.OpenQueueAsync(r1, "default", default);
        Assert.Equal(CommitResult.Done, await InsertAsync(under.Store, r1, JobKey.Pack(0, 5, 0)));

        // By hand what a commit does, so that the takeover comes between its statements and its last one.
        await using NpgsqlConnection old = await OpenAsync(under, "somebody-else");
        await RunAsync(old, $"BEGIN; INSERT INTO {under.Schema}.job SELECT key + 1, state, kind, submitted, listed, source, ordered, allowed, time_limit, run_at, "
            + $"at, used, crashes, runs FROM {under.Schema}.job");
        Assert.True(await second.FenceAsync(r1, default));
        Assert.Equal(0, await RunAsync(old, $"SELECT 1 FROM {under.Schema}.node WHERE incarnation = {r1} AND NOT fenced FOR SHARE"));
        await RunAsync(old, "ROLLBACK");
        Assert.Equal(CommitResult.Fenced, await InsertAsync(under.Store, r1, JobKey.Pack(0, 5, 1)));

        QueueRow taken = Assert.Single(await second.ClaimAsync(r2, default));
        Assert.Equal(1, taken.NextSequence);
        Assert.Equal(CommitResult.Done, await InsertAsync(second, r2, JobKey.Pack(0, 5, 1)));
        Assert.Equal([JobKey.Pack(0, 5, 0), JobKey.Pack(0, 5, 1)], (await second.LoadAsync(0, -1, 10, default)).Keys);
    }

    [Fact]
    public async Task Takeover_leaves_the_writer_of_another_schema_alone_whose_incarnation_is_the_same()
    {
        await using PostgresUnderTest under = await PostgresUnderTest.OpenAsync(), other = await PostgresUnderTest.OpenAsync();
        long r1 = await RegisterAsync(under.Store, "r1"), same = await RegisterAsync(other.Store, "r1");
        // The clocks of these tests stand at the same time.
        Assert.Equal(r1, same);
        await other.Store.OpenQueueAsync(same, "default", default);
        Assert.Equal(CommitResult.Done, await other.Store.CommitAsync(new Commit { Incarnation = same, Horizons = { JobKey.Pack(0, 5, 1) } }, default));
        string writer = $"FROM pg_stat_activity WHERE application_name = '{PostgresWriter.NameOf(same, other.Schema)}'";
        long before = other.Server.Number($"SELECT pid {writer}");
        Assert.True(await under.Store.FenceAsync(r1, default));
        Assert.Equal(before, other.Server.Number($"SELECT pid {writer}"));
    }

    [Fact]
    [Trait("Rule", "3")]
    public async Task Rule_3_client_stopped_with_its_rows_lock_in_hand_does_not_hold_up_the_takeover()
    {
        await using PostgresUnderTest under = await PostgresUnderTest.OpenAsync();
        await using PostgresJobStore second = under.Another();
        long r1 = await RegisterAsync(under.Store, "r1"), r2 = await RegisterAsync(second, "r2");
        await under.Store.OpenQueueAsync(r1, "default", default);

        // A client that never says another word, with the fence's share lock and a job that its successor will write too.
        await using NpgsqlConnection stopped = await OpenAsync(under, PostgresWriter.NameOf(r1, under.Schema));
        await RunAsync(stopped, $"BEGIN; INSERT INTO {under.Schema}.job (key, state, kind, submitted, at, used, crashes, runs) VALUES ({JobKey.Pack(0, 5, 0)}, 1, 1, 1, 0, 0, 0, 0); "
            + $"SELECT 1 FROM {under.Schema}.node WHERE incarnation = {r1} FOR SHARE");
        Assert.True(await second.FenceAsync(r1, default).AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        await second.ClaimAsync(r2, default);
        Assert.Equal(CommitResult.Done, await InsertAsync(second, r2, JobKey.Pack(0, 5, 0)));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => RunAsync(stopped, "COMMIT"));
        Assert.Equal([JobKey.Pack(0, 5, 0)], (await second.LoadAsync(0, -1, 10, default)).Keys);
    }

    [Fact]
    [Trait("Rule", "3")]
    public async Task Rule_3_process_stopped_in_the_middle_of_its_commits_loses_its_queue_and_is_fenced_when_it_goes_on()
    {
        await using PostgresUnderTest under = await PostgresUnderTest.OpenAsync();
        using StoreProcess child = new("commit", "postgres", under.Server.ConnectionString, under.Schema);
        long theirs = await child.RegisteredAsync();
        long acknowledged = 0;
        for (int i = 0; i < 5; i++)
            acknowledged = await child.CommittedAsync() + 50;
        child.SigStop();

        long r2 = await RegisterAsync(under.Store, "r2");
        Assert.True(await under.Store.FenceAsync(theirs, default).AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        QueueRow queue = Assert.Single(await under.Store.ClaimAsync(r2, default));
        Assert.InRange(queue.NextSequence, acknowledged, long.MaxValue);
        Assert.Equal(CommitResult.Done, await InsertAsync(under.Store, r2, JobKey.Pack(queue.Number, 5, queue.NextSequence)));

        child.SigContinue();
        string? last = null;
        while (await child.ReadAsync() is { } line)
            last = line;
        Assert.Matches("^(Fenced|Unknown|Unavailable) ", last);
        // What it said was stored was stored before the takeover, and nothing since.
        Assert.Equal(queue.NextSequence + 1, Assert.Single(await under.Store.QueuesAsync(default)).NextSequence);
    }

    [Fact]
    public async Task Nodes_that_start_at_once_make_the_tables_once()
    {
        PostgresServer server = TestServer.Shared;
        string schema = $"start_{Environment.ProcessId}";
        PostgresJobStore[] stores = [.. Enumerable.Range(0, 4).Select(_ => new PostgresJobStore(server.ConnectionString, 1000, schema))];
        Registration[] all = await Task.WhenAll(stores.Select((store, i) => store.RegisterAsync(StoreSession.Node($"r{i}"), StoreSession.Lease, default).AsTask()));
        Assert.All(all, registration => Assert.Null(registration.Refusal));
        Assert.Equal(4, all.Select(registration => registration.Incarnation).Distinct().Count());
        Assert.Equal(1, server.Number($"SELECT count(*) FROM {schema}.schemaversions"));
        foreach (PostgresJobStore store in stores)
            await store.DisposeAsync();
        server.Execute($"DROP SCHEMA {schema} CASCADE");
    }

    [Fact]
    public async Task Tables_of_a_newer_program_are_refused_unless_they_say_that_this_one_is_new_enough()
    {
        await using PostgresUnderTest under = await PostgresUnderTest.OpenAsync();
        await using PostgresJobStore older = under.Another();
        under.Server.Execute($"UPDATE {under.Schema}.meta SET schema = 99, oldest = 98");
        Assert.Contains("newer ActorBalancer", (await older.RegisterAsync(StoreSession.Node("r1"), StoreSession.Lease, default)).Refusal, StringComparison.Ordinal);
        under.Server.Execute($"UPDATE {under.Schema}.meta SET oldest = 1");
        Assert.Null((await older.RegisterAsync(StoreSession.Node("r1"), StoreSession.Lease, default)).Refusal);
    }

    private static async Task<long> RegisterAsync(PostgresJobStore store, string name)
    {
        Registration registration = await store.RegisterAsync(StoreSession.Node(name), StoreSession.Lease, default);
        Assert.Null(registration.Refusal);
        return registration.Incarnation;
    }

    private static async Task<CommitResult> InsertAsync(PostgresJobStore store, long incarnation, long key)
    {
        Commit commit = new() { Incarnation = incarnation };
        commit.Inserts.Add(new InsertRows(StoreSession.Jobs(key), [key], 1));
        return await store.CommitAsync(commit, default);
    }

    private static async Task<NpgsqlConnection> OpenAsync(PostgresUnderTest under, string name)
    {
        NpgsqlConnection connection = new($"{under.Server.ConnectionString};Application Name={name};Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<long> RunAsync(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        long rows = 0;
        while (await reader.ReadAsync())
            rows++;
        return rows;
    }
}
