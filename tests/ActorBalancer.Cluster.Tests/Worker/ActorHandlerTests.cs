using System.Text;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer.Cluster.Tests.Worker;

/// <summary>Handlers that are actors, under virtual time.</summary>
public sealed class ActorHandlerTests : TestKit
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(1);

    private readonly HandlerRegistry _handlers = new();
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly JobContext _job;

    public ActorHandlerTests()
        : base("""akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """)
    {
        _job = new(new RunToken(10, 1, 1), new AssignedJob { Key = 77, Kind = "mail", Queue = "default", Attempt = 3 }, _services, NullLogger.Instance, Surroundings.Of("w1"));
        Sys.ActorOf(HandlersActor.Props(_handlers.Actors), "handlers");
    }

    [Fact]
    public async Task Answer_of_an_actor_is_the_outcome_and_any_value_the_result()
    {
        _handlers.AddActor<Mail>("mail", null, Props.Create(() => new Mailer()));
        Assert.Equal(JobOutcome.Discard("nobody"), await RunAsync("discard"));
        Assert.Equal(JobOutcome.OkWith(new Sent("ann", 2)), await RunAsync("ann"));
        Assert.Equal(JobOutcome.Ok, await RunAsync("done"));
        Assert.Equal(JobOutcome.OkWith("later"), await RunAsync("child"));
    }

    [Fact]
    public async Task Fault_end_or_failure_of_an_actor_is_a_failed_attempt_and_the_next_gets_a_new_actor()
    {
        _handlers.AddActor<Mail>("mail", null, Props.Create(() => new Mailer()));
        Assert.Equal("thrown", (await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync("throw"))).Message);
        Assert.Equal("answered", (await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync("failure"))).Message);
        Assert.Contains("without an answer", (await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("stop"))).Message, StringComparison.Ordinal);
        Assert.Equal(JobOutcome.OkWith(new Sent("bob", 2)), await RunAsync("bob"));
        _handlers.AddActor<Mail>("broken", null, Props.Create(() => new Broken()));
        Assert.Contains("cannot be made", (await Assert.ThrowsAsync<ActorInitializationException>(() => RunAsync("x", "broken"))).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_job_tells_its_actor_which_may_still_answer()
    {
        TestProbe probe = CreateTestProbe();
        _handlers.AddActor<Mail>("mail", null, null, (_, _) => Task.FromResult(probe.Ref));
        Task<JobOutcome> run = RunAsync("ann");
        await probe.ExpectMsgAsync(new Mail("ann"), Hang);
        _job.Cancel();
        Assert.Equal(_job.Id.ToString(), (await probe.ExpectMsgAsync<JobCancelled>(Hang)).Id);
        probe.Reply(JobOutcome.Retry());
        Assert.Equal(JobOutcome.Retry(), await run);
    }

    [Fact]
    public async Task Actor_that_does_not_answer_its_cancellation_costs_no_slot()
    {
        TestProbe probe = CreateTestProbe();
        _handlers.AddActor<Mail>("mail", null, Props.Create(() => new Silent(probe)));
        Task<JobOutcome> run = RunAsync("ann");
        IActorRef actor = await probe.ExpectMsgAsync<IActorRef>(Hang);
        probe.Watch(actor);
        _job.Cancel();
        await probe.ExpectMsgAsync<JobCancelled>(Hang);
        ((TestScheduler)Sys.Scheduler).Advance(AttemptActor.Grace);
        await Assert.ThrowsAsync<TaskCanceledException>(() => run.WaitAsync(Hang));
        await probe.ExpectTerminatedAsync(actor, Hang);
    }

    [Fact]
    public async Task Actor_of_the_application_is_told_what_the_function_makes_and_its_death_is_a_failure()
    {
        TestProbe probe = CreateTestProbe();
        _handlers.AddActor<Mail>("mail", (mail, job) => $"{mail.To} attempt {job.Attempt}", null, (_, _) => Task.FromResult(probe.Ref));
        Task<JobOutcome> run = RunAsync("ann");
        await probe.ExpectMsgAsync("ann attempt 3", Hang);
        Sys.Stop(probe.Ref);
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.WaitAsync(Hang));
    }

    private async Task<JobOutcome> RunAsync(string to, string kind = "mail") =>
        await _handlers.Find(kind)!(Encoding.UTF8.GetBytes($$"""{"to":"{{to}}"}"""), _job).AsTask().WaitAsync(Hang);

    private sealed record Mail(string To);

    private sealed record Sent(string To, int Times);

    private sealed class Mailer : ReceiveActor
    {
        public Mailer() => Receive<Mail>(mail =>
        {
            switch (mail.To)
            {
                case "discard": Sender.Tell(JobOutcome.Discard("nobody")); break;
                case "done": Sender.Tell(Akka.Done.Instance); break;
                case "child": Context.ActorOf(Props.Create(() => new Child())).Forward("later"); break;
                case "throw": throw new InvalidDataException("thrown");
                case "failure": Sender.Tell(new Status.Failure(new InvalidDataException("answered"))); break;
                case "stop": Context.Stop(Self); break;
                default: Sender.Tell(new Sent(mail.To, 2)); break;
            }
        });
    }

    private sealed class Child : ReceiveActor
    {
        public Child() => ReceiveAny(m => Sender.Tell(m));
    }

    private sealed class Broken : ReceiveActor
    {
        public Broken() => throw new InvalidOperationException("cannot be made");
    }

    private sealed class Silent : ReceiveActor
    {
        public Silent(IActorRef probe) => ReceiveAny(m => probe.Tell(m is Mail ? Self : m));
    }
}
