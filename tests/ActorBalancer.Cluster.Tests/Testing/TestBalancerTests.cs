using ActorBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorBalancer.Cluster.Tests.Testing;

public sealed class TestBalancerTests
{
    private static readonly DateTimeOffset Start = VirtualClock.DefaultStart;

    [Fact]
    public async Task Nothing_runs_before_the_test_says_so()
    {
        int ran = 0;
        using TestBalancer balancer = new(b => b.AddHandler("count", (int by) => Outcome(() => ran += by)));
        JobId id = await balancer.SubmitAsync("count", 3);
        Assert.Equal(0, ran);
        Assert.Equal(JobState.Running, (await balancer.GetAsync(id))!.State);
        await balancer.RunToEndAsync();
        Assert.Equal(3, ran);
        Assert.Equal(JobState.Succeeded, (await balancer.GetAsync(id))!.State);
        Assert.Equal(Start, balancer.Clock.GetUtcNow());
    }

    [Fact]
    public async Task Handler_that_is_an_actor_fails_at_once_and_says_why()
    {
        using TestBalancer balancer = new(b => b
            .AddActorHandler<int>("count", Akka.Actor.Props.Empty)
            .Queue("default", q => q.Attempts(1)));
        JobId id = await balancer.SubmitAsync("count", 3);
        await balancer.RunToEndAsync();
        JobInfo job = (await balancer.GetAsync(id))!;
        Assert.Equal(JobState.Dead, job.State);
        Assert.Contains("has no ActorSystem", job.Error, StringComparison.Ordinal);
        Assert.Equal(Start, balancer.Clock.GetUtcNow());
    }

    [Fact]
    public async Task Submitted_jobs_show_what_was_said_of_them()
    {
        using TestBalancer balancer = new(b => b.AddHandler("mail", (string to) => JobOutcome.Ok));
        JobId id = await balancer.SubmitAsync("mail", "ada", o =>
        {
            (o.Queue, o.Source, o.Priority, o.Delay, o.Key) = ("letters", "album-7", 8, TimeSpan.FromHours(3), "once");
            (o.TimeLimit, o.Attempts) = (TimeSpan.FromSeconds(9), 2);
        });
        SubmittedJob job = balancer.AssertSubmitted("mail", j => j.Source == "album-7");
        Assert.Equal(id, job.Id);
        Assert.Equal(("letters", 8, TimeSpan.FromHours(3), "once"), (job.Queue, job.Priority, job.Delay, job.Key));
        Assert.Equal((TimeSpan.FromSeconds(9), 2, Start), (job.TimeLimit, job.Attempts, job.SubmittedAt));
        Assert.Equal("ada", job.Args<string>());
        balancer.AssertNotSubmitted("mail", j => j.Queue == "default");
        string said = Assert.Throws<TestBalancerException>(() => balancer.AssertSubmitted("mail", j => j.Queue == "default")).Message;
        Assert.Contains("\"ada\" to letters, source album-7, after 03:00:00", said, StringComparison.Ordinal);
        Assert.Throws<TestBalancerException>(() => balancer.AssertNotSubmitted("mail"));
    }

    [Fact]
    public async Task Job_of_next_year_runs_when_its_time_has_come()
    {
        DateTimeOffset ran = default;
        TestBalancer? balancer = null;
        balancer = new(b => b.AddHandler("greet", (string name) => Outcome(() => ran = balancer!.Clock.GetUtcNow())));
        DateTimeOffset due = Start.AddYears(1);
        JobId id = await balancer.SubmitAsync("greet", "world", o => o.RunAt = due);
        await balancer.AdvanceAsync(TimeSpan.FromDays(364));
        Assert.Equal(JobState.Scheduled, (await balancer.GetAsync(id))!.State);
        Assert.Equal(Start.AddDays(364), balancer.Clock.GetUtcNow());
        await balancer.RunToEndAsync();
        Assert.InRange(ran, due, due.AddMilliseconds(2));
        balancer.Dispose();
    }

    [Fact]
    public async Task Failed_attempts_wait_as_the_queue_says_in_virtual_time()
    {
        using TestBalancer balancer = new(b => b
            .Queue("default", q => q.Backoff(TimeSpan.FromMinutes(10), TimeSpan.FromHours(2)).Attempts(4))
            .AddHandler("work", (int n) => JobOutcome.Ok));
        balancer.FailNext("work", new IOException("away"), times: 4);
        JobResult end = await balancer.WaitAsync(await balancer.SubmitAsync("work", 1));
        Assert.Equal((JobState.Dead, DeadReason.Attempts), (end.State, end.Reason));
        Assert.Contains("away", end.Error, StringComparison.Ordinal);
        JobAttempt[] attempts = [.. (await balancer.GetAsync(end.Id))!.Attempts];
        Assert.Equal([1, 2, 3, 4], attempts.Select(a => a.Number));
        // Ten minutes, twenty and forty, with a jitter of a fifth.
        Assert.InRange(balancer.Clock.Elapsed, TimeSpan.FromMinutes(70 * 0.8), TimeSpan.FromMinutes(70 * 1.21));
        Assert.Equal(JobState.Succeeded, (await balancer.WaitAsync(await balancer.SubmitAsync("work", 2))).State);
    }

    [Fact]
    public async Task Handlers_wait_by_the_clock_at_no_cost_and_beside_each_other()
    {
        TestBalancer? balancer = null;
        balancer = new(b => b.Slots(2).Queue("default", q => q.TimeLimit(TimeSpan.FromDays(1))).AddHandler("sleep", async (int hours, JobContext job) =>
        {
            await Task.Delay(TimeSpan.FromHours(hours), balancer!.Clock, job.Cancellation);
            return JobOutcome.Ok;
        }));
        foreach (int hours in new[] { 5, 2, 2 })
            await balancer.SubmitAsync("sleep", hours);
        await balancer.RunToEndAsync();
        Assert.InRange(balancer.Clock.Elapsed, TimeSpan.FromHours(5), TimeSpan.FromHours(5.01));
        balancer.Dispose();
    }

    [Fact]
    public async Task Attempt_over_its_time_limit_is_cancelled()
    {
        TestBalancer? balancer = null;
        balancer = new(b => b.AddHandler("hang", async (int n, JobContext job) =>
        {
            await Task.Delay(TimeSpan.FromDays(1), balancer!.Clock, job.Cancellation);
            return JobOutcome.Ok;
        }));
        JobResult end = await balancer.WaitAsync(await balancer.SubmitAsync("hang", 1, o => (o.TimeLimit, o.Attempts) = (TimeSpan.FromMinutes(1), 1)));
        Assert.Equal(JobState.Dead, end.State);
        Assert.Contains("time limit", end.Error, StringComparison.Ordinal);
        Assert.InRange(balancer.Clock.Elapsed, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1.1));
        balancer.Dispose();
    }

    [Fact]
    public async Task Worker_whose_slots_are_lost_to_handlers_that_do_not_listen_is_there_anew()
    {
        TestBalancer? balancer = null;
        balancer = new(b => b.Slots(1).AddHandler("deaf", async (int hours) =>
        {
            await Task.Delay(TimeSpan.FromHours(hours), balancer!.Clock);
            return JobOutcome.Ok;
        }));
        JobId deaf = await balancer.SubmitAsync("deaf", 100, o => o.Attempts = 1);
        JobId next = await balancer.SubmitAsync("deaf", 0);
        Assert.Contains("ignored its cancellation", (await balancer.WaitAsync(deaf)).Error, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, (await balancer.WaitAsync(next)).State);
        balancer.Dispose();
    }

    [Fact]
    public async Task Run_of_a_lost_worker_runs_again_elsewhere_and_its_outcome_does_not_count()
    {
        List<string> ends = [];
        TestBalancer? balancer = null;
        balancer = new(b => b.AddHandler("slow", async (int n, JobContext job) =>
        {
            await Task.Delay(TimeSpan.FromMinutes(5), balancer!.Clock);
            ends.Add($"attempt {job.Attempt}");
            return JobOutcome.OkWith(job.Attempt);
        }));
        JobId id = await balancer.SubmitAsync("slow", 1);
        await balancer.AdvanceAsync(TimeSpan.FromMinutes(1));
        balancer.AddWorker("second");
        balancer.LoseWorker("worker");
        JobResult end = await balancer.WaitAsync(id);
        Assert.Equal((2, "second", 1), (end.Read<int>(), end.Worker, end.LostRuns));
        Assert.Equal(["attempt 1", "attempt 2"], ends);
        Assert.Equal([AttemptOutcome.Lost, AttemptOutcome.Succeeded], (await balancer.GetAsync(id))!.Attempts.Select(a => a.Outcome));
        balancer.Dispose();
    }

    [Theory]
    [InlineData(1, JobState.Succeeded, DeadReason.None)]
    [InlineData(3, JobState.Dead, DeadReason.Poisoned)]
    public async Task Job_that_ends_its_worker_runs_again_and_is_given_up_after_three(int times, JobState state, DeadReason reason)
    {
        using TestBalancer balancer = new(b => b.AddHandler("bomb", (int n) => JobOutcome.Ok));
        balancer.LoseWorkerAtNext("bomb", times);
        JobResult end = await balancer.WaitAsync(await balancer.SubmitAsync("bomb", 1));
        Assert.Equal((state, reason, times), (end.State, end.Reason, end.LostRuns));
    }

    [Fact]
    public async Task Jobs_that_cannot_end_are_named_with_why_they_wait()
    {
        using TestBalancer balancer = new(b => b.AddHandler("work", (int n) => JobOutcome.Ok));
        balancer.LoseWorker("worker");
        JobId id = await balancer.SubmitAsync("work", 1);
        string said = (await Assert.ThrowsAsync<TestBalancerException>(() => balancer.RunToEndAsync())).Message;
        Assert.Contains($"work {id} in default, Waiting: ", said, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TestBalancerException>(() => balancer.WaitAsync(id));
        balancer.AddWorker("worker");
        Assert.Equal(JobState.Succeeded, (await balancer.WaitAsync(id)).State);
    }

    [Fact]
    public async Task Handler_waits_for_another_job_while_that_runs()
    {
        TestBalancer? balancer = null;
        balancer = new(b => b
            .AddHandler("parent", async (int n) =>
            {
                JobResult child = await balancer!.WaitAsync(await balancer.SubmitAsync("child", n));
                return JobOutcome.OkWith(child.Read<int>() + 1);
            })
            .AddHandler("child", async (int n) =>
            {
                await Task.Delay(TimeSpan.FromMinutes(20), balancer!.Clock);
                return JobOutcome.OkWith(n * 10);
            }));
        Assert.Equal(41, (await balancer.WaitAsync(await balancer.SubmitAsync("parent", 4))).Read<int>());
        balancer.Dispose();
    }

    [Fact]
    public async Task Same_seed_places_jobs_the_same_and_a_source_keeps_its_worker()
    {
        Assert.Equal(await PlacesAsync(1, "random", null), await PlacesAsync(1, "random", null));
        Assert.NotEqual(await PlacesAsync(1, "random", null), await PlacesAsync(2, "random", null));
        Assert.Single((await PlacesAsync(1, "source-hash", "album-7")).Split(' ').Distinct());

        static async Task<string> PlacesAsync(ulong seed, string strategy, string? source)
        {
            using TestBalancer balancer = new(b => b.Queue("default", q => q.Strategy(strategy)).AddHandler("work", (int n) => JobOutcome.Ok), seed: seed);
            balancer.AddWorker("second");
            balancer.AddWorker("third");
            List<string> places = [];
            for (int i = 0; i < 20; i++)
                places.Add((await balancer.WaitAsync(await balancer.SubmitAsync("work", i, o => o.Source = source))).Worker);
            return string.Join(' ', places);
        }
    }

    [Fact]
    public async Task One_handler_runs_by_itself()
    {
        TestBalancer? balancer = null;
        balancer = new(b => b.AddHandler("work", async (int n, JobContext job) =>
        {
            await Task.Delay(TimeSpan.FromMinutes(n), balancer!.Clock, job.Cancellation);
            job.Submit("work", n + 1, o => o.Queue = "later");
            return n switch
            {
                1 => JobOutcome.OkWith($"{job.Source} {job.Queue} {job.Attempt}"),
                2 => JobOutcome.Retry(TimeSpan.FromSeconds(5), "not yet"),
                3 => JobOutcome.Discard("too late"),
                _ => throw new InvalidDataException("no such number"),
            };
        }));
        HandlerRun ok = await balancer.RunHandlerAsync("work", 1, o => (o.Source, o.Queue) = ("album-7", "images"), attempt: 4);
        Assert.Equal(("album-7 images 4", TimeSpan.FromMinutes(1)), (ok.Read<string>(), ok.Took));
        Assert.Equal(("later", 2), (ok.Submitted[0].Queue, ok.Submitted[0].Args<int>()));
        HandlerRun retry = await balancer.RunHandlerAsync("work", 2);
        Assert.Equal((AttemptOutcome.Retry, TimeSpan.FromSeconds(5), "not yet"), (retry.Outcome, retry.RetryAfter, retry.Reason));
        Assert.Empty(retry.Submitted);
        Assert.Equal((AttemptOutcome.Discarded, "too late"), ((await balancer.RunHandlerAsync("work", 3)) is var d ? (d.Outcome, d.Reason) : default));
        HandlerRun failed = await balancer.RunHandlerAsync("work", 4);
        Assert.IsType<InvalidDataException>(failed.Exception);
        Assert.Equal(AttemptOutcome.Failed, failed.Outcome);
        Assert.Throws<TestBalancerException>(() => failed.Read<string>());
        Assert.Empty(balancer.Submitted);
        await Assert.ThrowsAsync<ArgumentException>(() => balancer.RunHandlerAsync("other", 1));
        balancer.Dispose();
    }

    [Fact]
    public async Task Refusals_are_those_of_production()
    {
        using TestBalancer balancer = new(b => b.Set("actorbalancer.limits.payload", "1KiB").AddHandler("work", (string s) => JobOutcome.Ok));
        Assert.Equal(RefusalCode.UnknownKind, await CodeAsync(() => balancer.SubmitAsync("wrok", "")));
        Assert.Equal(RefusalCode.TooLarge, await CodeAsync(() => balancer.SubmitAsync("work", new string('x', 2_000))));
        Assert.Equal(RefusalCode.Invalid, await CodeAsync(() => balancer.SubmitAsync("work", "", o => o.Priority = 10)));
        JobId id = await balancer.SubmitAsync("work", "a", o => o.Key = "k");
        Assert.Equal(id, await balancer.SubmitAsync("work", "a", o => o.Key = "k"));
        Assert.Equal(RefusalCode.KeyReused, await CodeAsync(() => balancer.SubmitAsync("work", "b", o => o.Key = "k")));
        Assert.Single(balancer.Submitted);
        await balancer.RunToEndAsync();
        Assert.Equal(RefusalCode.Conflict, await CodeAsync(() => balancer.CancelAsync(id)));
        Assert.Equal(RefusalCode.NotFound, await CodeAsync(() => balancer.WaitAsync(JobId.Parse("0000000000000"))));

        static async Task<RefusalCode> CodeAsync(Func<Task> call) => (await Assert.ThrowsAsync<JobRefusedException>(call)).Code;
    }

    [Fact]
    public async Task Running_job_is_cancelled_and_lists_and_sequences_show_it()
    {
        TestBalancer? balancer = null;
        balancer = new(b => b.AddHandler("work", async (int n, JobContext job) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(n), balancer!.Clock, job.Cancellation);
            return JobOutcome.OkWith(n);
        }));
        JobId id = await balancer.SubmitAsync("work", 1_000);
        await balancer.AdvanceAsync(TimeSpan.FromSeconds(1));
        await balancer.CancelAsync(id);
        Assert.Equal(JobState.Cancelled, (await balancer.WaitAsync(id)).State);
        List<RanJob> ran = [];
        await foreach (RanJob job in balancer.RunAsync(Enumerable.Range(1, 5).Select(n => new JobRequest { Kind = n == 3 ? "none" : "work", Payload = new[] { (byte)('0' + n) } }), outstanding: 2))
            ran.Add(job);
        Assert.Equal([0, 1, 2, 3, 4], ran.Select(r => r.Index).Order());
        Assert.Equal([2L], ran.Where(r => !r.Succeeded).Select(r => r.Index));
        Assert.Equal(4, (await balancer.ListAsync(new JobFilter { State = JobState.Succeeded })).Count);
        Assert.Equal(id, Assert.Single(await balancer.ListAsync(new JobFilter { State = JobState.Cancelled })).Id);
        Assert.Equal(2, (await balancer.ListAsync(new JobFilter { Limit = 2 })).Count);
        balancer.Dispose();
    }

    [Fact]
    public async Task Application_gets_it_in_the_place_of_its_own_node()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddScoped<Counter>();
        builder.Services.AddActorBalancer(b => b
            .UsePostgres("env:NO_SUCH_DATABASE_FOR_TESTS")
            .AddHandler("count", (int n, Counter counter, TimeProvider clock) => JobOutcome.OkWith($"{counter.Next()} {clock.GetUtcNow():yyyy}")));
        builder.Services.UseTestBalancer();
        using IHost host = builder.Build();
        await host.StartAsync();
        TestBalancer balancer = host.Services.GetRequiredService<TestBalancer>();
        Assert.Same(balancer, host.Services.GetRequiredService<IJobClient>());
        Assert.Equal("1 2026", (await balancer.WaitAsync(await balancer.SubmitAsync("count", 1))).Read<string>());
        Assert.Equal("1 2026", (await balancer.WaitAsync(await balancer.SubmitAsync("count", 1))).Read<string>());
        await host.StopAsync();
        Assert.Throws<InvalidOperationException>(() => new ServiceCollection().UseTestBalancer());
    }

    private static JobOutcome Outcome(Action action)
    {
        action();
        return JobOutcome.Ok;
    }

    private sealed class Counter
    {
        private int _count;

        public int Next() => ++_count;
    }
}
