using System.Diagnostics;
using ActorBalancer.Storage.Sqlite;
using ActorBalancer.Storage.Tests.Processes;
using ActorBalancer.Tests.Storage;

namespace ActorBalancer.Storage.Tests.Sqlite;

/// <summary>The file, the process and the disk are taken away in mid-commit.</summary>
public sealed class SqliteFaultTests
{
    private const int JobsACommit = 50;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task Killed_in_mid_commit_again_and_again_it_loses_nothing_that_was_acknowledged()
    {
        await using SqliteUnderTest under = new();
        Random dice = new(20261123);
        long acknowledged = 0;
        int kills = 0;
        // As many rounds as fit; the bound is on the test's time and decides nothing.
        for (Stopwatch watch = Stopwatch.StartNew(); kills < 3 || (watch.Elapsed < Budget && kills < 40); kills++)
        {
            using (StoreProcess child = new("commit", "sqlite", under.File))
            {
                await child.RegisteredAsync();
                for (int commits = dice.Next(1, 60); commits > 0; commits--)
                    acknowledged = await child.CommittedAsync() + JobsACommit;
                // It is already at work on the next ones.
                for (int spins = dice.Next(0, 200_000); spins > 0; spins--)
                    Thread.SpinWait(1);
                await child.SigKillAsync();
                while (await child.ReadAsync() is { } line && line.StartsWith("Done ", StringComparison.Ordinal) && line.Length > 5)
                    acknowledged = long.Parse(line.AsSpan(5)) + JobsACommit;
            }

            await using SqliteJobStore store = new(under.File, TimeProvider.System, 1000);
            Assert.Null(await store.OpenAsync(default));
            Assert.Empty(await store.CheckAsync(default));
            long inStore = Assert.Single(await store.QueuesAsync(default)).NextSequence;
            // All of what was acknowledged, and at most one commit more, whole.
            Assert.InRange(inStore, acknowledged, acknowledged + JobsACommit);
            Assert.Equal(0, inStore % JobsACommit);
            // Only the last commit's jobs are left: each commit finishes those of the one before, of one life.
            QueueCounts counts = Assert.Single((await store.StatsAsync(default)).Queues);
            Assert.Equal((kills + 1) * JobsACommit, counts.Ready);
            acknowledged = inStore;
            foreach (long sequence in new[] { 0, acknowledged / 2, acknowledged - 1 })
                Assert.NotNull(await store.GetAsync(new JobId(JobKey.Pack(0, JobKey.DefaultPriority, sequence)), default));
        }
    }

    [Fact]
    public async Task Full_disk_is_said_to_be_full_stores_nothing_and_is_well_again_when_there_is_room()
    {
        string folder = Directory.CreateTempSubdirectory("actorbalancer-full-").FullName;
        Skip.IfNot(Environment.UserName == "root" && Run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder), "a small disk can only be made by root, where mounting is allowed");
        try
        {
            await FillAsync(folder);
        }
        finally
        {
            Run("umount", folder);
            Directory.Delete(folder);
        }
    }

    private static async Task FillAsync(string folder)
    {
        string filler = Path.Combine(folder, "filler");
        await File.WriteAllBytesAsync(filler, new byte[2 << 20]);
        await using SqliteJobStore store = new(Path.Combine(folder, "jobs.db"), TimeProvider.System, 1000);
        Registration owner = await store.RegisterAsync(StoreSession.Node("r1"), StoreSession.Lease, default);
        QueueRow queue = (await store.OpenQueueAsync(owner.Incarnation, "default", default))!;

        long next = 0;
        CommitResult result = await InsertAsync();
        for (int i = 0; result == CommitResult.Done && i < 1000; i++)
            result = await InsertAsync();
        Assert.Equal(CommitResult.Full, result);
        Assert.Equal(CommitResult.Full, await InsertAsync());
        Assert.Equal(next, Assert.Single(await store.QueuesAsync(default)).NextSequence);
        Assert.NotNull(await store.GetAsync(new JobId(JobKey.Pack(queue.Number, 5, next - 1)), default));
        Assert.Null(await store.GetAsync(new JobId(JobKey.Pack(queue.Number, 5, next)), default));
        Assert.Empty(await store.CheckAsync(default));
        Assert.True(await store.RenewAsync(owner.Incarnation, StoreSession.Lease, default));

        File.Delete(filler);
        Assert.Equal(CommitResult.Done, await InsertAsync());
        Assert.Equal(next, Assert.Single(await store.QueuesAsync(default)).NextSequence);
        Assert.Empty(await store.CheckAsync(default));
        await store.DisposeAsync();

        async Task<CommitResult> InsertAsync()
        {
            long[] keys = [.. Enumerable.Range(0, 20).Select(i => JobKey.Pack(queue.Number, 5, next + i))];
            Commit commit = new() { Incarnation = owner.Incarnation };
            commit.Inserts.Add(new InsertRows(JobBatch.From([.. keys.Select(_ => new JobRequest { Kind = "echo", Payload = new byte[1000] })]), keys, 1));
            CommitResult result = await store.CommitAsync(commit, default);
            if (result == CommitResult.Done)
                next += keys.Length;
            return result;
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program) { RedirectStandardError = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
