using System.Text;
using ActorBalancer.Cluster.Kinds;
using ActorBalancer.Cluster.Membership;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorBalancer.Cluster.Tests.Worker;

public sealed class WorkerActorTests : TestKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly HandlerRegistry _handlers = new();

    public WorkerActorTests() => BuiltInKinds.AddTo(_handlers);

    [Fact]
    public void Worker_greets_a_router_that_joined_and_tells_its_life_port()
    {
        WorkerStage stage = new(this, _handlers);
        WorkerHello hello = stage.Join();
        Assert.Equal(("w1", 4, 7), (hello.Name, hello.Slots, hello.LifePort));
        Assert.Equal(["echo", "sha256", "sleep"], hello.Kinds);
        IMembershipProtocol.LifePortKnown known = stage.Membership.ExpectMsg<IMembershipProtocol.LifePortKnown>(Soon);
        Assert.Equal((WorkerStage.RouterProcess, 77), (known.Incarnation, known.Port));
    }

    [Fact]
    public void Job_runs_and_its_outcome_comes_back()
    {
        WorkerStage stage = new(this, _handlers);
        stage.Join();
        FinishedRun run = stage.Outcome(stage.Assign("echo", "{\"a\":1}"));
        Assert.Equal((AttemptOutcome.Succeeded, "{\"a\":1}"), (run.Outcome, Encoding.UTF8.GetString(run.Result.Span)));
        Assert.Equal((0, 0, 1L), (stage.Engine.Load.Snapshot().Running, stage.Engine.Load.Snapshot().Queued, stage.Engine.Load.Snapshot().Finished));
    }

    [Fact]
    public void Thousands_of_jobs_run_through_few_slots()
    {
        WorkerStage stage = new(this, _handlers, slots: 2);
        stage.Join();
        int first = stage.Assign([.. Enumerable.Repeat(("echo", "1", 0L), 5000)]);
        for (int i = 0; i < 5000; i++)
            Assert.Equal(AttemptOutcome.Succeeded, stage.Outcome(first + i).Outcome);
    }

    [Fact]
    public void Reachable_router_is_greeted_again()
    {
        WorkerStage stage = new(this, _handlers);
        stage.Join(uid: 1);
        stage.Actor.Tell(new IMembershipProtocol.NodeReachable(stage.Node, 1));
        stage.Hello();
    }

    [Fact]
    public void Removal_of_a_router_that_restarted_on_its_address_does_not_lose_the_new_one()
    {
        WorkerStage stage = new(this, _handlers);
        stage.Join(uid: 1);
        stage.Join(uid: 2);
        stage.Actor.Tell(new IMembershipProtocol.NodeRemoved(stage.Node, 1));
        // Handled before the batch that follows; had it cut the route, no report would come.
        Assert.Equal(AttemptOutcome.Succeeded, stage.Outcome(stage.Assign("echo")).Outcome);
    }

    [Fact]
    public void Successor_at_a_lost_routers_address_answers_before_it_joined_and_outlives_the_removal_of_the_old_one()
    {
        WorkerStage stage = new(this, _handlers);
        stage.Join(uid: 1);
        stage.Actor.Tell(new IMembershipProtocol.ProcessGone(stage.Node, WorkerStage.RouterProcess, "connection refused"));
        // It knocks from when it has heard of that, which takes a moment.
        AwaitCondition(
            () =>
            {
                stage.Pass(TimeSpan.FromMilliseconds(250));
                return stage.Router.ReceiveOne(TimeSpan.FromMilliseconds(20)) is WorkerHello;
            },
            Soon);
        stage.Actor.Tell(new RouterWelcome(20, "r1", WorkerStage.Incarnation, 77) { ProcessIncarnation = 21 }, stage.Router.Ref);
        stage.Actor.Tell(new IMembershipProtocol.NodeRemoved(stage.Node, 1));
        stage.Actor.Tell(new IMembershipProtocol.NodeJoined(stage.Node, 2, IsRouter: true, IsWorker: false));
        stage.Hello();
        stage.Actor.Tell(new RouterWelcome(20, "r1", WorkerStage.Incarnation, 77) { ProcessIncarnation = 21 }, stage.Router.Ref);
        // A removal that counted for the new one would have barred its incarnation for good.
        stage.Router.FishForMessage(m => m is WorkerReport { RouterIncarnation: 20, Number: > 1 }, Soon);
    }

    [Fact]
    public void Cancel_reaches_the_handler()
    {
        WorkerStage stage = new(this, _handlers);
        stage.Join();
        int job = stage.Assign("sleep", "{\"ms\":2000000000}");
        stage.Cancel(job);
        Assert.Equal(AttemptOutcome.Cancelled, stage.Outcome(job).Outcome);
    }

    [Fact]
    public void Cancel_that_comes_with_its_job_ends_that_job_and_not_the_one_before_it()
    {
        WorkerStage stage = new(this, _handlers, slots: 1);
        stage.Join();
        stage.Outcome(stage.Assign("echo"));
        AssignedJob job = new()
        {
            Slot = 1000,
            Generation = 1,
            Key = JobKey.Pack(1, 5, 1000),
            Queue = "default",
            Kind = "sleep",
            Attempt = 1,
            Payload = "{\"ms\":2000000000}"u8.ToArray(),
        };
        stage.Say([job], cancels: [new RunToken(WorkerStage.RouterIncarnation, 1000, 1)]);
        Assert.Equal(AttemptOutcome.Cancelled, stage.Outcome(1000).Outcome);
    }

    [Fact]
    public void Drain_is_answered_when_running_jobs_have_ended_and_are_committed()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _handlers.Add("wait", async (_, _) =>
        {
            await release.Task;
            return JobOutcome.Ok;
        });
        WorkerStage stage = new(this, _handlers);
        stage.Join();
        int job = stage.Assign("wait");
        stage.Actor.Tell(new IWorkerProtocol.Drain(TimeSpan.FromSeconds(30)), TestActor);
        release.SetResult();
        Assert.Equal(AttemptOutcome.Succeeded, stage.Outcome(job).Outcome);
        stage.Say([], committed: 1);
        ExpectMsg<IWorkerProtocol.Drained>(Soon);
        stage.Actor.Tell(new IWorkerProtocol.Drain(TimeSpan.FromSeconds(30)), TestActor);
        ExpectMsg<IWorkerProtocol.Drained>(Soon);
    }

    [Fact]
    public void Restarted_actor_goes_on_with_the_running_jobs()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _handlers.Add("wait", async (_, job) =>
        {
            await release.Task.WaitAsync(job.Cancellation);
            return JobOutcome.Ok;
        });
        WorkerStage stage = new(this, _handlers);
        stage.Join();
        int job = stage.Assign("wait");
        // No address is a bug that throws in the actor.
        stage.Actor.Tell(new IMembershipProtocol.NodeJoined(null!, 1, IsRouter: true, IsWorker: false));
        stage.Membership.FishForMessage(m => m is IMembershipProtocol.Subscribe, Soon);
        release.SetResult();
        Assert.Equal(AttemptOutcome.Succeeded, stage.Outcome(job).Outcome);
    }

    [Fact]
    public void Restarted_actor_keeps_its_routes_though_routers_join_in_another_order()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _handlers.Add("wait", async (_, _) =>
        {
            await release.Task;
            return JobOutcome.Ok;
        });
        WorkerStage stage = new(this, _handlers);
        stage.Join();
        int job = stage.Assign("wait");
        stage.Actor.Tell(new IMembershipProtocol.NodeJoined(null!, 1, IsRouter: true, IsWorker: false));
        stage.Membership.FishForMessage(m => m is IMembershipProtocol.Subscribe, Soon);
        stage.Actor.Tell(new IMembershipProtocol.NodeJoined(stage.Node.WithHost("elsewhere").WithPort(1), 2, IsRouter: true, IsWorker: false));
        stage.Join();
        release.SetResult();
        Assert.Equal(AttemptOutcome.Succeeded, stage.Outcome(job).Outcome);
    }

    [Fact]
    public void Worker_without_a_router_tells_its_parent()
    {
        WorkerStage stage = new(this, _handlers);
        stage.Pass(TimeSpan.FromSeconds(2001));
        stage.Parent.ExpectMsg<IWorkerProtocol.NoRouterSeen>(Soon);
    }

    [Fact]
    public async Task Stopped_worker_cancels_its_handlers()
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously), started = new();
        _handlers.Add("wait", async (_, job) =>
        {
            using CancellationTokenRegistration registration = job.Cancellation.Register(() => ended.SetResult());
            started.SetResult();
            await ended.Task;
            return JobOutcome.Ok;
        });
        WorkerStage stage = new(this, _handlers);
        stage.Join();
        stage.Assign("wait");
        await started.Task.WaitAsync(Soon);
        Sys.Stop(stage.Actor);
        await ended.Task.WaitAsync(Soon);
    }
}
