using System.Text;
using ActorBalancer.Storage;
using CsCheck;

namespace ActorBalancer.Tests.Storage;

public abstract partial class JobStoreContract
{
    private static readonly string[] Queues = ["default", "mail", "video"];
    private static readonly JobState[] Ends =
        [JobState.Waiting, JobState.Retrying, JobState.Succeeded, JobState.Discarded, JobState.Cancelled, JobState.Dead];

    private static readonly string?[] Texts = [null, null, null, "ECH", "Error 4", "S3", "0000c", "nowhere"];

    /// <summary>What one commit does, as numbers that shrink well; the run maps them onto what is there.</summary>
    private static readonly Gen<int[]> Turn = Gen.Int[0, 999].Array[8];

    [Fact]
    public async Task Any_history_reads_back_like_that_of_a_naive_dictionary()
    {
        int runs;
        await using (StoreUnderTest under = await OpenAsync())
            runs = under.ModelRuns;
        // One thread: a store that waits for a disk gains nothing by more.
        await Turn.Array[1, 40].SampleAsync(HoldsAsync, iter: runs, threads: runs < 60 ? 1 : -1);
    }

    private async Task HoldsAsync(int[][] turns)
    {
        await using StoreUnderTest under = await OpenAsync();
        long incarnation = await StoreSession.RegisterAsync(under, "r1");
        long[] next = new long[Queues.Length];
        foreach (string queue in Queues)
            await under.Store.OpenQueueAsync(incarnation, queue, default);
        JobStoreModel model = new();

        foreach (int[] turn in turns)
        {
            under.Pass(TimeSpan.FromMilliseconds(turn[7] % 3 == 0 ? 0 : turn[7]));
            if (turn[0] % 10 == 0)
            {
                await under.Store.ReleaseAsync(incarnation, default);
                incarnation = await StoreSession.RegisterAsync(under, "r1");
                Assert.Equal(next, (await under.Store.ClaimAsync(incarnation, default)).Select(row => row.NextSequence));
            }

            Commit commit = new() { Incarnation = incarnation };
            Insert(commit, turn, under.NowUnixMs, next, model);
            Finish(commit, turn, under.NowUnixMs, model);
            Assert.Equal(CommitResult.Done, await under.Store.CommitAsync(commit, default));
            foreach (long key in model.Keys.Where((_, i) => (i + turn[6]) % 9 == 0).Append(JobKey.Pack(1, 5, 900 + turn[6])).ToArray())
            {
                Reopening answer = await under.Store.ReopenAsync(incarnation, new JobId(key), default);
                Assert.Equal(model.Reopen(key, under.NowUnixMs), JobStoreModel.Line(answer));
            }
            await CompareAsync(under, model, turn, under.ModelKeys);
        }
        await CompareAsync(under, model, turns[^1], int.MaxValue);
    }

    private static void Insert(Commit commit, int[] turn, long now, long[] next, JobStoreModel model)
    {
        int count = turn[0] % 20;
        if (count == 0)
            return;
        List<JobRequest> requests = [];
        List<long> keys = [];
        for (int i = 0; i < count; i++)
        {
            int dice = turn[1] + i * turn[2];
            int queue = dice % Queues.Length;
            JobRequest request = new()
            {
                Kind = dice % 4 == 0 ? "sha256" : "echo",
                Payload = Encoding.UTF8.GetBytes($"payload {dice}"),
                Queue = Queues[queue],
                Priority = dice % 5 == 0 ? dice % 10 : JobKey.DefaultPriority,
                Source = dice % 3 == 0 ? $"s{dice % 6}" : null,
                RunAt = dice % 7 == 0 ? DateTimeOffset.FromUnixTimeMilliseconds(now + dice % 900) : null,
            };
            requests.Add(request);
            // Some keys come a second time, some rows were refused.
            bool again = dice % 13 == 0 && next[queue] > 0;
            long key = dice % 11 == 0 ? -1
                : again ? model.Keys.First(k => JobKey.Queue(k) == queue)
                : JobKey.Pack(queue, request.Priority, next[queue]++);
            keys.Add(key);
            if (key >= 0)
                model.Insert(key, request, now);
        }
        commit.Inserts.Add(new InsertRows(JobBatch.From(requests), [.. keys], now) { Ordered = [0, 2] });
    }

    private static void Finish(Commit commit, int[] turn, long now, JobStoreModel model)
    {
        long[] keys = [.. model.Keys];
        for (int i = 0; i < turn[3] % 15; i++)
        {
            int dice = turn[4] + i * turn[5];
            long key = dice % 17 == 0 || keys.Length == 0 ? JobKey.Pack(dice % 4, 5, 500 + dice) : keys[dice % keys.Length];
            JobState state = Ends[dice / 7 % Ends.Length];
            bool ran = state != JobState.Cancelled || dice % 2 == 0;
            OutcomeRow row = new()
            {
                Key = key,
                Attempt = ran ? model.Runs(key) + 1 : 0,
                Outcome = ran ? (AttemptOutcome)(1 + dice % 7) : AttemptOutcome.None,
                State = state,
                Reason = state == JobState.Dead ? DeadReason.Attempts : DeadReason.None,
                RunAtUnixMs = state == JobState.Retrying ? now + dice % 700 : 0,
                Used = dice % 9,
                Crashes = dice % 4,
                Worker = ran ? $"w{dice % 3}" : "",
                StartedUnixMs = dice % 8 == 0 ? 0 : now - dice,
                FinishedUnixMs = now,
                Error = dice % 5 == 0 ? $"error {dice}" : null,
                Why = "random",
                Result = state == JobState.Succeeded ? Encoding.UTF8.GetBytes(new string('r', dice % 40)) : default,
            };
            commit.Outcomes.Add(row);
            model.Finish(row);
        }
    }

    private static async Task CompareAsync(StoreUnderTest under, JobStoreModel model, int[] turn, int most)
    {
        long now = under.NowUnixMs;
        Assert.Equal(model.Duplicates, under.Duplicates);
        long[] keys = [.. model.Keys];
        long some = keys.Length == 0 ? -1 : keys[turn[6] % keys.Length];
        int queue = turn[6] % Queues.Length, limit = 1 + turn[5] % 30;
        foreach (long after in new[] { -1, some })
        {
            StoredJobs stored = await under.Store.LoadAsync(queue, after, limit, default);
            Assert.Equal(model.Load(queue, after, limit), JobStoreModel.Lines(stored));
        }
        LoadQuery load = new()
        {
            Queue = turn[3] % 4 == 0 || turn[7] % 4 != 2 ? queue : queue & 2,
            From = (LoadFrom)(turn[7] % 4),
            Limit = limit,
            AfterKey = turn[0] % 3 == 0 ? some : -1,
            BeforeKey = turn[2] % 3 == 0 ? JobKey.Pack(queue, turn[2] % 10, 7) : long.MaxValue,
            AfterUnixMs = turn[0] % 3 == 0 ? now + turn[1] % 300 : long.MinValue,
            Kind = turn[4] % 4 == 0 ? "sha256" : turn[4] % 40 == 1 ? "nobody" : null,
            Except = turn[4] % 4 == 1 ? ["sha256", "nobody"] : [],
            Source = "s3",
            Keys = [.. keys.Where((_, i) => i % 3 == 0)],
        };
        // Single jobs are asked for by nothing but their keys.
        if (load.From == LoadFrom.Keys)
            load = new LoadQuery { Queue = load.Queue, From = load.From, Limit = load.Limit, Keys = load.Keys };
        // Where sources have no order, nobody reads by them.
        if (load.From != LoadFrom.Source || load.Queue != 1)
            Assert.Equal(model.Load(load), JobStoreModel.Lines(await under.Store.LoadAsync(load, default)));
        QueueRow row = (await under.Store.QueuesAsync(default))[queue];
        Assert.Equal(model.Counts(queue), (row.Ready, row.Later, row.Dead));
        foreach (long key in keys.Length <= most ? keys : keys[^most..])
            Assert.Equal(model.Get(key, now), JobStoreModel.Describe((await under.Store.GetAsync(new JobId(key), default))!));

        JobQuery query = new()
        {
            State = turn[1] % 2 == 0 ? null : (JobState)(turn[1] / 2 % 8),
            Queue = turn[2] % 2 == 0 ? null : Queues[queue],
            Kind = turn[3] % 3 == 0 ? "echo" : null,
            Source = turn[4] % 5 == 0 ? "s3" : null,
            Open = turn[1] % 6 == 1,
            Worker = turn[3] % 4 == 1 ? "w1" : null,
            Text = Texts[turn[6] % Texts.Length],
            After = turn[5] % 2 == 0 || some < 0 ? null : new JobId(some),
            Limit = limit,
        };
        Assert.Equal(model.List(query, now), (await under.Store.ListAsync(query, default)).Select(JobStoreModel.Describe));
    }
}
