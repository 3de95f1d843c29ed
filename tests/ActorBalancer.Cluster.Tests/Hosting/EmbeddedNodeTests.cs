using System.Text.Json;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Hosting;
using ActorBalancer.Strategies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorBalancer.Cluster.Tests.Hosting;

/// <summary>Clusters of one and of two in this process, on free ports.</summary>
public sealed class EmbeddedNodeTests
{
    /// <summary>Fails only what hangs.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Every_submitted_job_of_a_sequence_ends_once_with_its_own_result()
    {
        await using App app = await App.StartAsync(b => b.AddHandler("double", (int n) => JobOutcome.OkWith(2 * n)).Slots(4));
        const int Count = 20_000;
        int[] results = new int[Count];
        await foreach (RanJob job in app.Jobs.RunAsync(Enumerable.Range(0, Count).Select(i => Request("double", i)), outstanding: 2_000).WithCancellation(Limit()))
        {
            Assert.True(job.Succeeded, $"{job.Index}: {job.Code} {job.State} {job.Error}");
            Assert.Equal(0, results[job.Index]);
            results[job.Index] = JsonSerializer.Deserialize<int>(job.Result.Span) + 1;
        }
        Assert.Equal(Enumerable.Range(0, Count).Select(i => (2 * i) + 1), results);
    }

    [Fact]
    public async Task Progress_of_a_run_is_shown_while_it_runs_and_is_gone_with_it()
    {
        Dictionary<int, TaskCompletionSource> steps = new() { [0] = new(), [1] = new(), [2] = new() };
        await using App app = await App.StartAsync(b => b.AddHandler("book", async (int _, JobContext job) =>
        {
            job.Progress(0.25, "page 1 of 4");
            await steps[job.Attempt == 1 ? 0 : 2].Task;
            if (job.Attempt == 2)
                return JobOutcome.Ok;
            job.Progress(0.5);
            job.Progress(1, new string('x', 255) + "\U0001F600 and more");
            await steps[1].Task;
            return JobOutcome.Retry(TimeSpan.Zero);
        }));
        JobId id = await app.Jobs.SubmitAsync("book", 1);
        await Shows(new JobProgress(0.25, "page 1 of 4"));
        steps[0].SetResult();
        await Shows(new JobProgress(1, new string('x', 255)));
        steps[1].SetResult();
        await Shows(new JobProgress(0.25, "page 1 of 4"));
        Assert.Equal(2, (await app.Jobs.GetAsync(id))!.Attempt);
        steps[2].SetResult();
        Assert.Equal(JobState.Succeeded, (await app.Jobs.WaitAsync(id)).State);
        Assert.Null((await app.Jobs.GetAsync(id))!.Progress);

        async Task Shows(JobProgress expected)
        {
            CancellationToken limit = Limit();
            while ((await app.Jobs.GetAsync(id, limit))!.Progress != expected)
                await Task.Delay(20, limit);
        }
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public async Task Progress_is_a_number_from_0_to_1(double fraction)
    {
        await using App app = await App.StartAsync(b => b.AddHandler("book", (int _, JobContext job) =>
        {
            job.Progress(fraction);
            return JobOutcome.Ok;
        }).Queue("default", q => q.Attempts(1)));
        JobResult result = await app.Jobs.WaitAsync(await app.Jobs.SubmitAsync("book", 1));
        Assert.Equal(JobState.Dead, result.State);
        Assert.Contains("a number from 0 to 1", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sequence_keeps_going_over_refused_requests_and_names_them()
    {
        await using App app = await App.StartAsync(b => b.AddHandler("double", (int n) => JobOutcome.OkWith(2 * n)));
        JobRequest[] requests = [Request("double", 1), Request("Bad Kind", 2), Request("nobody-offers-it", 3), Request("double", 4)];
        RefusalCode[] codes = new RefusalCode[4];
        await foreach (RanJob job in app.Jobs.RunAsync(requests, outstanding: 2).WithCancellation(Limit()))
            codes[job.Index] = job.Code;
        Assert.Equal([RefusalCode.None, RefusalCode.Invalid, RefusalCode.UnknownKind, RefusalCode.None], codes);
    }

    [Fact]
    public async Task Sequence_that_throws_is_thrown_and_one_that_is_left_stops()
    {
        await using App app = await App.StartAsync(b => b.AddHandler("double", (int n) => JobOutcome.OkWith(2 * n)));
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (RanJob job in app.Jobs.RunAsync(Faulty()).WithCancellation(Limit()))
                Assert.True(job.Succeeded);
        });
        await foreach (RanJob _ in app.Jobs.RunAsync(Endless(), outstanding: 10).WithCancellation(Limit()))
            break;

        static IEnumerable<JobRequest> Faulty()
        {
            yield return Request("double", 1);
            throw new InvalidDataException();
        }

        static IEnumerable<JobRequest> Endless()
        {
            for (int i = 0; ; i++)
                yield return Request("double", i);
        }
    }

    [Fact]
    public async Task Failed_job_shows_its_error_and_a_cancelled_one_its_end()
    {
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using App app = await App.StartAsync(b => b
            .AddHandler("throw", JobOutcome (int _) => throw new InvalidDataException("no such thing"))
            .AddHandler("hang", async (int _, JobContext job) =>
            {
                started.SetResult();
                await Task.Delay(Timeout.Infinite, job.Cancellation);
                return JobOutcome.Ok;
            }));
        JobResult failed = await app.Jobs.WaitAsync(await app.Jobs.SubmitAsync("throw", 1, o => o.Attempts = 1), Limit());
        Assert.Equal((JobState.Dead, DeadReason.Attempts), (failed.State, failed.Reason));
        Assert.Contains("no such thing", failed.Error, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => failed.Read<int>());

        JobId hanging = await app.Jobs.SubmitAsync("hang", 1);
        await started.Task.WaitAsync(Hang);
        Task<JobResult> wait = app.Jobs.WaitAsync(hanging, Limit());
        await app.Jobs.CancelAsync(hanging, Limit());
        Assert.Equal(JobState.Cancelled, (await wait).State);
        Assert.Equal(JobState.Cancelled, (await app.Jobs.GetAsync(hanging, Limit()))!.State);
        Assert.Equal(RefusalCode.Conflict, (await Assert.ThrowsAsync<JobRefusedException>(() => app.Jobs.CancelAsync(failed.Id, Limit()))).Code);
    }

    [Fact]
    public async Task Stopping_host_lets_a_running_job_end()
    {
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously), end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool ended = false;
        App app = await App.StartAsync(b => b.AddHandler("wait", async (int _) =>
        {
            started.SetResult();
            await end.Task;
            ended = true;
            return JobOutcome.Ok;
        }));
        JobId id = await app.Jobs.SubmitAsync("wait", 1);
        await started.Task.WaitAsync(Hang);
        Task<JobResult> wait = app.Jobs.WaitAsync(id, Limit());
        // The second answer comes from a router that knows who waits.
        await app.Jobs.GetAsync(id);
        await app.Jobs.GetAsync(id);
        Task stop = app.DisposeAsync().AsTask();
        end.SetResult();
        await stop.WaitAsync(Hang);
        Assert.True(ended);
        Assert.Equal(JobState.Succeeded, (await wait).State);
        Assert.Equal(RefusalCode.NotReady, (await Assert.ThrowsAsync<JobRefusedException>(() => app.Jobs.SubmitAsync("wait", 1))).Code);
    }

    [Fact]
    public async Task Client_without_a_role_submits_to_a_router_on_another_node()
    {
        await using App server = await App.StartAsync(b => b.AddHandler("double", (int n) => JobOutcome.OkWith(2 * n)).Name("server"));
        await server.Jobs.WaitAsync(await server.Jobs.SubmitAsync("double", 1), Limit());
        JobClient known = server.Host.Services.GetRequiredService<JobClient>();
        string seed = (await known.ListWorkersAsync(Limit())).Single().Node.Split('@')[1];
        await using App client = await App.StartAsync(b => b.Roles().Seeds(seed));
        Assert.Equal(42, (await client.Jobs.WaitAsync(await client.Jobs.SubmitAsync("double", 21, cancellation: Limit()), Limit())).Read<int>());

        int sum = 0;
        await foreach (RanJob job in client.Jobs.RunAsync(Enumerable.Range(0, 3_000).Select(i => Request("double", i)), 1_500).WithCancellation(Limit()))
            sum += JsonSerializer.Deserialize<int>(job.Result.Span);
        Assert.Equal(2_999 * 3_000, sum);
    }

    [Fact]
    public async Task Queue_set_in_code_is_the_queue_that_runs()
    {
        await using App app = await App.StartAsync(b => b
            .AddHandler("double", (int n) => JobOutcome.OkWith(2 * n))
            .Queue("mail", q => q.Strategy("round-robin").Binding(Binding.Late).Attempts(2)));
        await app.Jobs.WaitAsync(await app.Jobs.SubmitAsync("double", 1, o => o.Queue = "mail"), Limit());
        QueueInfo queue = Assert.Single(await app.Host.Services.GetRequiredService<JobClient>().ListQueuesAsync(Limit()));
        Assert.Equal(("mail", "round-robin", Binding.Late), (queue.Name, queue.Strategy, queue.Binding));
    }

    [Fact]
    public async Task Client_is_not_ready_before_the_host_starts()
    {
        using IHost host = App.Build(b => b.AddHandler("double", (int n) => JobOutcome.OkWith(2 * n)));
        IJobClient jobs = host.Services.GetRequiredService<IJobClient>();
        Assert.Equal(RefusalCode.NotReady, (await Assert.ThrowsAsync<JobRefusedException>(() => jobs.SubmitAsync("double", 1))).Code);
    }

    [Fact]
    public async Task Wrong_settings_keep_the_host_from_starting_with_all_errors_at_once()
    {
        using IHost host = App.Build(b => b.Slots(-1).Queue("mail", q => q.Attempts(0)));
        BalancerConfigurationException refused = await Assert.ThrowsAsync<BalancerConfigurationException>(() => host.StartAsync());
        Assert.Contains("worker.slots", refused.Message, StringComparison.Ordinal);
        Assert.Contains("queues.mail.attempts", refused.Message, StringComparison.Ordinal);
    }

    private static JobRequest Request(string kind, int n) => new() { Kind = kind, Payload = JsonSerializer.SerializeToUtf8Bytes(n) };

    private static CancellationToken Limit() => new CancellationTokenSource(Hang).Token;
}
