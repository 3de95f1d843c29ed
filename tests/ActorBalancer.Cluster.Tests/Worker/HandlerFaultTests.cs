using ActorBalancer.Cluster.Kinds;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorBalancer.Cluster.Tests.Worker;

/// <summary>Whatever a handler does harms only its own job.</summary>
public sealed class HandlerFaultTests : TestKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly HandlerRegistry _handlers = new();
    private readonly ManualResetEventSlim _open = new();

    public HandlerFaultTests()
    {
        // As our executable does: blocked handlers here must not starve the test's own actors.
        ThreadPoolFloor.Raise(16);
        BuiltInKinds.AddTo(_handlers);
        _handlers.Add("throw", (_, _) => throw new InvalidOperationException("no such album"));
        _handlers.Add("throw-later", async (_, _) =>
        {
            await Task.Yield();
            throw new InvalidOperationException("no such album");
        });
        _handlers.Add("own-cancel", (_, _) => throw new TaskCanceledException("a call timed out"));
        _handlers.Add("large", (_, _) => new ValueTask<JobOutcome>(JobOutcome.OkBytes(new byte[10 << 20])));
        _handlers.Add("nothing", (_, _) => default);
        _handlers.Add("retry", (_, _) => new ValueTask<JobOutcome>(JobOutcome.Retry(TimeSpan.FromSeconds(1.5), "later")));
        _handlers.Add("block", async (_, _) =>
        {
            await Task.Yield();
            _open.Wait();
            return JobOutcome.Ok;
        });
    }

    [Theory]
    [InlineData("throw", "System.InvalidOperationException: no such album")]
    [InlineData("throw-later", "System.InvalidOperationException: no such album")]
    [InlineData("own-cancel", "System.Threading.Tasks.TaskCanceledException: a call timed out")]
    [InlineData("large", "the result has 10485760 bytes, the limit is 65536; store it elsewhere and return its name")]
    [InlineData("nothing", "the handler gave no outcome; return JobOutcome.Ok, Retry or Discard")]
    [InlineData("unheard-of", "this worker has no handler for the kind 'unheard-of'")]
    public void Faulty_handler_fails_its_own_job_only(string kind, string error)
    {
        WorkerStage stage = new(this, _handlers, slots: 1);
        stage.Join();
        int job = stage.Assign((kind, "\"secret\"", 0), ("echo", "1", 0));
        FinishedRun run = stage.Outcome(job);
        Assert.Equal((AttemptOutcome.Failed, error), (run.Outcome, run.Error));
        Assert.Equal(0, run.Result.Length);
        Assert.Equal(AttemptOutcome.Succeeded, stage.Outcome(job + 1).Outcome);
    }

    [Fact]
    public void Retry_says_when_and_why()
    {
        WorkerStage stage = new(this, _handlers);
        stage.Join();
        FinishedRun run = stage.Outcome(stage.Assign("retry"));
        Assert.Equal((AttemptOutcome.Retry, 1500L, "later"), (run.Outcome, run.RetryAfterMs, run.Error));
    }

    [Fact]
    public void Handler_that_hangs_past_its_limit_is_cancelled_and_has_failed()
    {
        WorkerStage stage = new(this, _handlers, slots: 1);
        stage.Join();
        int job = stage.Assign(("sleep", "{\"ms\":2000000000}", 60_000), ("echo", "1", 0));
        AwaitCondition(() => stage.Engine.Load.Running == 1, Soon);
        stage.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal((AttemptOutcome.Failed, "ran over its time limit of 60000 ms"), (stage.Outcome(job).Outcome, stage.Outcome(job).Error));
        Assert.Equal(AttemptOutcome.Succeeded, stage.Outcome(job + 1).Outcome);
    }

    [Fact]
    public void Handler_that_ignores_cancellation_loses_its_slot_until_it_ends_and_others_go_on()
    {
        WorkerStage stage = new(this, _handlers, slots: 3);
        stage.Join();
        int stuck = stage.Assign("block", limitMs: 1000);
        AwaitCondition(() => stage.Engine.Load.Running == 1, Soon);
        stage.Pass(TimeSpan.FromSeconds(1));
        stage.Pass(TimeSpan.FromSeconds(5));
        FinishedRun run = stage.Outcome(stuck);
        Assert.Equal((AttemptOutcome.Failed, "ran over its time limit of 1000 ms and ignored its cancellation"), (run.Outcome, run.Error));
        Assert.Equal(AttemptOutcome.Succeeded, stage.Outcome(stage.Assign("echo")).Outcome);
        Assert.Equal(1, stage.Engine.Load.Running);
        _open.Set();
        AwaitCondition(() => stage.Engine.Load.Running == 0, Soon);
    }

    [Fact]
    public void Half_the_slots_lost_drains_the_healthy_ones_and_then_asks_the_parent_for_a_restart()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _handlers.Add("wait", async (_, _) =>
        {
            await release.Task;
            return JobOutcome.Ok;
        });
        WorkerStage stage = new(this, _handlers, slots: 2);
        stage.Join();
        int stuck = stage.Assign(("block", "1", 1000), ("wait", "1", 0));
        AwaitCondition(() => stage.Engine.Load.Running == 2, Soon);
        stage.Pass(TimeSpan.FromSeconds(1));
        stage.Pass(TimeSpan.FromSeconds(5));
        stage.Router.FishForMessage(m => m is WorkerReport { Draining: true }, Soon);
        // Once both have answered, what the worker had to say of the drain's beginning has reached its parent.
        foreach (IActorRef each in new[] { stage.Actor, stage.Parent.Ref })
        {
            each.Tell(new Identify(each), TestActor);
            ExpectMsg<ActorIdentity>(Soon);
        }
        Assert.False(stage.Parent.HasMessages);

        release.SetResult();
        Assert.Equal(AttemptOutcome.Succeeded, stage.Outcome(stuck + 1).Outcome);
        stage.Say([], committed: 2);
        stage.Parent.ExpectMsg<IWorkerProtocol.RestartRequested>(Soon);
        _open.Set();
    }

    [Fact]
    public void Three_hundred_handlers_that_block_their_threads_leave_the_other_slots_working()
    {
        const int Blocked = 300;
        ThreadPoolFloor.Raise(Blocked + 4);
        WorkerStage stage = new(this, _handlers, slots: Blocked + 4);
        stage.Join();
        int first = stage.Assign([.. Enumerable.Repeat(("block", "1", 0L), Blocked)]);
        for (int i = 0; i < 100; i++)
            Assert.Equal(AttemptOutcome.Succeeded, stage.Outcome(stage.Assign("echo")).Outcome);
        Assert.Equal(Blocked, stage.Engine.Load.Running);
        _open.Set();
        for (int i = 0; i < Blocked; i++)
            Assert.Equal(AttemptOutcome.Succeeded, stage.Outcome(first + i).Outcome);
    }

    [Fact]
    public void Callback_that_throws_on_cancellation_harms_nobody()
    {
        using ManualResetEventSlim started = new();
        _handlers.Add("rude", async (_, job) =>
        {
            TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
            using CancellationTokenRegistration last = job.Cancellation.Register(cancelled.SetResult);
            using CancellationTokenRegistration first = job.Cancellation.Register(() => throw new InvalidOperationException("rude"));
            started.Set();
            await cancelled.Task;
            job.Cancellation.ThrowIfCancellationRequested();
            return JobOutcome.Ok;
        });
        WorkerStage stage = new(this, _handlers);
        stage.Join();
        int job = stage.Assign("rude");
        Assert.True(started.Wait(Soon));
        stage.Cancel(job);
        Assert.Equal(AttemptOutcome.Cancelled, stage.Outcome(job).Outcome);
    }

    [Fact]
    public void What_a_handler_leaves_in_the_execution_context_ends_with_its_attempt()
    {
        AsyncLocal<string?> ambient = new();
        _handlers.Add("leave", (_, _) =>
        {
            string? found = ambient.Value;
            ambient.Value = "left behind";
            return new ValueTask<JobOutcome>(found is null ? JobOutcome.Ok : JobOutcome.Discard(found));
        });
        WorkerStage stage = new(this, _handlers, slots: 1);
        stage.Join();
        int job = stage.Assign([.. Enumerable.Repeat(("leave", "1", 0L), 10)]);
        for (int i = 0; i < 10; i++)
            Assert.Equal(AttemptOutcome.Succeeded, stage.Outcome(job + i).Outcome);
    }

    protected override void Dispose(bool disposing)
    {
        _open.Set();
        base.Dispose(disposing);
        if (disposing)
            _open.Dispose();
    }
}
