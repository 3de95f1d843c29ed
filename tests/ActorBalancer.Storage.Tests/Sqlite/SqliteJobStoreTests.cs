using System.Text;
using ActorBalancer.Storage.Sqlite;
using ActorBalancer.Storage.Tests.Processes;
using ActorBalancer.Tests.Storage;
using Microsoft.Data.Sqlite;

namespace ActorBalancer.Storage.Tests.Sqlite;

public sealed class SqliteJobStoreTests
{
    [Fact]
    public void The_library_is_new_enough_not_to_damage_a_log() => Assert.True(SqliteHandle.Version >= 3_051_003, $"{SqliteHandle.Version}");

    [Fact]
    public async Task Jobs_settings_horizons_and_sequences_are_there_after_a_restart()
    {
        SqliteUnderTest under = await SqliteUnderTest.OpenAsync();
        await using StoreSession s = await StoreSession.StartAsync(under);
        await s.Store.OpenQueueAsync(s.Incarnation, "mail", default);
        Commit commit = s.Insert(s.Key(0), s.Key(1, 9), s.Key(2));
        commit.Outcomes.Add(s.Succeeded(s.Key(2), "result"));
        commit.Queues.Add(s.Queue with { Paused = true, Strategy = "random", Binding = Strategies.Binding.Late });
        commit.Horizons.AddRange([s.Key(100), s.Key(50, 9)]);
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        await under.Store.DisposeAsync();

        // The lease of the one that left need not be waited for: nobody else could have opened the file.
        await using SqliteJobStore again = new(under.File, under.Clock, 1000);
        Registration next = await again.RegisterAsync(StoreSession.Node("r1"), StoreSession.Lease, default);
        Assert.Null(next.Refusal);
        Assert.True(next.Incarnation > s.Incarnation);
        IReadOnlyList<QueueRow> rows = await again.ClaimAsync(next.Incarnation, default);
        Assert.Equal(["default", "mail"], rows.Select(row => row.Name));
        Assert.Equal((true, "random", Strategies.Binding.Late, 3L), (rows[0].Paused, rows[0].Strategy, rows[0].Binding, rows[0].NextSequence));
        Assert.Equal([s.Key(50, 9), s.Key(100)], rows[0].Horizons);
        Assert.Equal([s.Key(1, 9), s.Key(0)], (await again.LoadAsync(0, -1, 10, default)).Keys);
        JobInfo done = (await again.GetAsync(new JobId(s.Key(2)), default))!;
        Assert.Equal((JobState.Succeeded, "result"), (done.State, Encoding.UTF8.GetString(done.Result.Span)));
        await again.DisposeAsync();
    }

    [Fact]
    [Trait("Rule", "1")]
    public async Task Incarnation_grows_although_the_clock_was_set_back_between_two_starts()
    {
        await using SqliteUnderTest under = await SqliteUnderTest.OpenAsync();
        long first = await StoreSession.RegisterAsync(under, "r1");
        await under.Store.DisposeAsync();
        under.Clock.SetBack(TimeSpan.FromHours(1));
        await using SqliteJobStore again = new(under.File, under.Clock, 1000);
        Assert.True((await again.RegisterAsync(StoreSession.Node("r1"), StoreSession.Lease, default)).Incarnation > first);
        await again.DisposeAsync();
    }

    [Fact]
    public async Task Second_store_on_the_same_file_is_refused_with_who_has_it_and_what_to_do()
    {
        await using SqliteUnderTest under = await SqliteUnderTest.OpenAsync();
        await StoreSession.RegisterAsync(under, "r1");
        await using SqliteJobStore second = new(under.File, under.Clock, 1000);
        Registration refused = await second.RegisterAsync(StoreSession.Node("r2"), StoreSession.Lease, default);
        Assert.Equal(0, refused.Incarnation);
        Assert.Contains("r1 at akka.tcp://r1@", refused.Refusal, StringComparison.Ordinal);
        Assert.Contains("stop that process", refused.Refusal, StringComparison.Ordinal);
        Assert.Contains(under.File, refused.Refusal, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await second.GetAsync(new JobId(1), default));
    }

    [Fact]
    public async Task Second_process_on_the_same_file_is_refused_until_the_first_is_killed()
    {
        await using SqliteUnderTest under = new();
        using StoreProcess holder = new("hold", under.File);
        await holder.RegisteredAsync();
        Assert.Contains("child at", await under.Store.OpenAsync(default), StringComparison.Ordinal);
        using (StoreProcess second = new("hold", under.File))
            Assert.Contains("serves one process", await second.ReadAsync(), StringComparison.Ordinal);

        await holder.SigKillAsync();
        // Nothing has to be cleaned up.
        Assert.True(File.Exists(under.File + ".lock"));
        Assert.Null(await under.Store.OpenAsync(default));
    }

    [Fact]
    public async Task File_of_a_newer_program_is_refused_unless_it_says_that_this_one_is_new_enough()
    {
        await using SqliteUnderTest under = new();
        Run(under.File, $"UPDATE meta SET schema = {SchemaVersion.Own + 1}, oldest = {SchemaVersion.Own + 1}");
        string refusal = (await under.Store.RegisterAsync(StoreSession.Node("r1"), StoreSession.Lease, default)).Refusal!;
        Assert.Contains("newer ActorBalancer", refusal, StringComparison.Ordinal);
        // What was refused is not held.
        Run(under.File, $"UPDATE meta SET schema = {SchemaVersion.Own + 1}, oldest = {SchemaVersion.Own}");
        Assert.Null(await under.Store.OpenAsync(default));
    }

    [Fact]
    public async Task Check_finds_a_wrong_count_a_job_in_two_tables_and_a_damaged_page()
    {
        await using SqliteUnderTest under = await SqliteUnderTest.OpenAsync();
        await using (StoreSession s = new(new Kept(under), await StoreSession.RegisterAsync(under, "r1"), new QueueRow { Number = 0, Name = "default" }))
        {
            await s.Store.OpenQueueAsync(s.Incarnation, "default", default);
            await s.InsertAsync([.. Enumerable.Range(0, 500).Select(i => s.Key(i))]);
            await s.FinishAsync(s.Succeeded(s.Key(0)));
        }
        Assert.Empty(await under.Store.CheckAsync(default));

        Run(under.File, "UPDATE queue SET ready = ready + 1");
        Assert.Contains("count of ready jobs", Assert.Single(await under.Store.CheckAsync(default)), StringComparison.Ordinal);
        Run(under.File, "UPDATE queue SET ready = ready - 1");

        Run(under.File, "INSERT INTO ended SELECT * FROM done");
        Assert.Contains(await under.Store.CheckAsync(default), finding => finding.Contains("not also dead", StringComparison.Ordinal));
        Run(under.File, "DELETE FROM ended");
        Assert.Empty(await under.Store.CheckAsync(default));

        await under.Store.DisposeAsync();
        byte[] whole = await File.ReadAllBytesAsync(under.File);
        byte[] damaged = [.. whole];
        // A page of jobs, by what one of them holds.
        int page = whole.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"{JobKey.Pack(0, 5, 250)}")) / 4096 * 4096;
        damaged.AsSpan(page, 2048).Fill(0xAB);
        await File.WriteAllBytesAsync(under.File, damaged);
        Assert.Null(await under.Store.OpenAsync(default));
        Assert.NotEmpty(await under.Store.CheckAsync(default));
        await under.Store.DisposeAsync();

        await File.WriteAllBytesAsync(under.File, [.. Enumerable.Repeat((byte)'x', 8192)]);
        Assert.Contains("restore a backup", await under.Store.OpenAsync(default), StringComparison.Ordinal);
        await File.WriteAllBytesAsync(under.File, whole);
    }

    [Fact]
    public async Task Application_that_shares_the_file_may_write_between_two_commits()
    {
        SqliteUnderTest under = await SqliteUnderTest.OpenAsync();
        await using StoreSession s = await StoreSession.StartAsync(under);
        for (int i = 0; i < 20; i++)
        {
            Run(under.File, i == 0 ? "CREATE TABLE theirs (n)" : $"INSERT INTO theirs VALUES ({i})");
            await s.InsertAsync(s.Key(i));
        }
        Assert.Equal(20, (await s.KeysAsync()).Length);
        Run(under.File, "DROP TABLE theirs");
    }

    private static void Run(string file, string sql)
    {
        using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // A test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Outlives the session that uses it.</summary>
    private sealed class Kept(SqliteUnderTest under) : StoreUnderTest
    {
        public override IJobStore Store => under.Store;

        public override long NowUnixMs => under.NowUnixMs;

        public override long Duplicates => under.Duplicates;

        public override void Pass(TimeSpan time) => under.Pass(time);

        public override ValueTask DisposeAsync() => default;
    }
}
