using System.Text;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.Configuration;
using Akka.Routing;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer.Cluster.Tests.Worker;

/// <summary>Attempts by actors that cannot begin, and those by routers.</summary>
public sealed class ActorHandlerEdgeTests : TestKit
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(1);

    private readonly HandlerRegistry _handlers = new();
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly JobContext _job;

    public ActorHandlerEdgeTests() =>
        _job = new(new RunToken(10, 1, 1), new AssignedJob { Key = 77, Kind = "mail", Queue = "default", Attempt = 3 }, _services, NullLogger.Instance, Surroundings.Of("w1"));

    [Fact]
    public async Task Actor_that_cannot_be_made_is_a_failed_attempt()
    {
        Start();
        _handlers.AddActor<Mail>("mail", null, Props.Create(() => new Silent()).WithDispatcher("no-such-dispatcher"));
        await Assert.ThrowsAsync<ConfigurationException>(() => RunAsync("ann"));
    }

    [Fact]
    public async Task Function_that_makes_no_message_is_a_failed_attempt()
    {
        Start();
        _handlers.AddActor<Mail>("mail", (_, _) => null!, Props.Create(() => new Silent()));
        await Assert.ThrowsAsync<ArgumentNullException>(() => RunAsync("ann"));
    }

    [Fact]
    public async Task Job_that_is_cancelled_before_the_actors_are_there_costs_no_slot()
    {
        _handlers.AddActor<Mail>("mail", null, Props.Create(() => new Silent()));
        Task<JobOutcome> run = RunAsync("ann");
        _job.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task Job_after_the_actors_ended_fails()
    {
        _handlers.AddActor<Mail>("mail", null, Props.Create(() => new Silent()));
        IActorRef host = Start();
        Watch(host);
        Sys.Stop(host);
        await ExpectTerminatedAsync(host, Hang);
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("ann"));
    }

    [Fact]
    public async Task Router_passes_the_cancellation_on_to_whoever_has_the_job()
    {
        Start();
        TestProbe[] probes = [CreateTestProbe(), CreateTestProbe()];
        IActorRef router = Sys.ActorOf(Props.Empty.WithRouter(new RoundRobinGroup(probes.Select(p => p.Ref.Path.ToStringWithoutAddress()))));
        _handlers.AddActor<Mail>("mail", null, null, (_, _) => Task.FromResult(router));
        Task<JobOutcome> run = RunAsync("ann");
        await probes[0].ExpectMsgAsync(new Mail("ann"), Hang);
        _job.Cancel();
        await probes[0].ExpectMsgAsync<JobCancelled>(Hang);
        probes[0].Reply(JobOutcome.Ok);
        await run;
    }

    private IActorRef Start() => Sys.ActorOf(HandlersActor.Props(_handlers.Actors), "handlers");

    private async Task<JobOutcome> RunAsync(string to, string kind = "mail") =>
        await _handlers.Find(kind)!(Encoding.UTF8.GetBytes($$"""{"to":"{{to}}"}"""), _job).AsTask().WaitAsync(Hang);

    private sealed record Mail(string To);

    private sealed class Silent : ReceiveActor
    {
        public Silent() => ReceiveAny(_ => { });
    }
}
