using ActorBalancer.Cluster.Routing;
using Akka.Actor;
using Akka.Routing;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorBalancer.Cluster.Tests.Routing;

/// <summary>What goes wrong rarely: routees that come again, asks that nobody answers, other nodes.</summary>
public sealed class RoutingEdgeTests : TestKit
{
    private const string Remote = """
        akka.actor.provider = remote
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        """;

    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Routee_that_is_made_again_under_its_name_takes_the_place_of_the_dead_one()
    {
        foreach (string strategy in (string[])["round-robin", "random", "source-hash", "least-connections"])
        {
            TestProbe probe = CreateTestProbe();
            IActorRef first = await AgainAsync(probe, "first");
            Akka.Routing.Router router = new(new BalancerRoutingLogic(Sys, new() { Strategy = strategy }), first);
            router.Route("m", ActorRefs.NoSender);
            await probe.ExpectMsgAsync("first", Hang);
            probe.Watch(first);
            Sys.Stop(first);
            await probe.ExpectTerminatedAsync(first, Hang);
            IActorRef second = await AgainAsync(probe, "second");
            router = router.RemoveRoutee(first).AddRoutee(second);
            router.Route("m", ActorRefs.NoSender);
            await probe.ExpectMsgAsync("second", Hang);
            probe.Watch(second);
            Sys.Stop(second);
            await probe.ExpectTerminatedAsync(second, Hang);
        }
    }

    [Fact]
    public void Source_of_an_envelope_travels_to_a_router_on_another_node()
    {
        SourceEnvelope envelope = new("m", "album-1");
        Akka.Serialization.Serializer serializer = Sys.Serialization.FindSerializerFor(envelope);
        SourceEnvelope back = serializer.FromBinary<SourceEnvelope>(serializer.ToBinary(envelope));
        Assert.Equal(("m", "album-1"), (back.Message, back.ConsistentHashKey));
    }

    [Fact]
    public void Outcome_of_an_actor_on_another_node_travels()
    {
        foreach (object outcome in (object[])[JobOutcome.OkBytes(new byte[] { 1, 2 }), JobOutcome.Ok, JobOutcome.Discard("nobody"), JobOutcome.Retry(TimeSpan.FromSeconds(2.5), "later")])
        {
            Akka.Serialization.Serializer serializer = Sys.Serialization.FindSerializerFor(outcome);
            Assert.Equal(outcome, serializer.FromBinary<JobOutcome>(serializer.ToBinary(outcome)));
        }
    }

    [Fact]
    public void Ask_without_an_answer_stops_counting_for_told_messages_too()
    {
        TimeSpan now = TimeSpan.Zero;
        RoutingOptions options = new() { Strategy = "random", Choices = 16, AskExpiry = TimeSpan.FromSeconds(10) };
        RouteeFleet fleet = Fleet(options, () => now, 1);
        Routee[] routees = [Selection("/user/a"), Selection("/user/b")];
        RouteeSeat asked = fleet.PickForAsk(routees, 0, CreateTestProbe())!.Seat;
        Assert.DoesNotContain(asked, Enumerable.Range(0, 64).Select(_ => fleet.Pick(routees, 0)));
        now = TimeSpan.FromSeconds(10);
        Assert.Contains(asked, Enumerable.Range(0, 64).Select(_ => fleet.Pick(routees, 0)));
    }

    [Fact]
    public void Shares_are_exact_again_after_any_changes_of_weights_and_routees()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            Random random = new(seed);
            int n = random.Next(2, 7);
            Dictionary<string, double> weights = Enumerable.Range(0, n).ToDictionary(i => $"/user/r{i}", _ => (double)random.Next(1, 8));
            RoutingOptions options = new() { Strategy = "weighted-round-robin", Weights = weights };
            RouteeFleet fleet = Fleet(options, () => TimeSpan.Zero, (ulong)seed);
            Routee[] all = [.. Enumerable.Range(0, n).Select(i => Selection($"/user/r{i}"))], present = all;
            for (int change = 0; change < 8; change++)
            {
                Picks(fleet, present, random.Next(0, 100));
                if (random.Next(2) == 0)
                {
                    weights[$"/user/r{random.Next(n)}"] = random.Next(0, 8);
                    fleet.Reweigh();
                }
                else
                {
                    present = [.. all.Where(_ => random.Next(4) != 0)];
                }
            }
            (string Path, double Weight)[] shares = [.. present.Select(r => ((ActorSelectionRoutee)r).Selection.PathString).Select(path => (path, weights[path]))];
            // What was picked before the last change goes first.
            Picks(fleet, present, 200);
            ILookup<string, string> got = Picks(fleet, present, 100 * (int)shares.Sum(s => s.Weight)).ToLookup(path => path);
            Assert.All(shares, s => Assert.InRange(got[s.Path].Count(), (100 * s.Weight) - 1, (100 * s.Weight) + 1));
        }
    }

    [Fact]
    public void Routee_that_is_named_again_keeps_its_asks()
    {
        RouteeFleet fleet = Fleet(new() { Strategy = "least-connections" }, () => TimeSpan.Zero, 1);
        fleet.PickForAsk([Selection("/user/a")], 0, TestActor);
        fleet.PickForAsk([Selection("/user/b"), Selection("/user/a")], 0, TestActor);
        Assert.Equal((1, 1), (fleet.Outstanding("/user/a"), fleet.Outstanding("/user/b")));
    }

    [Fact]
    public async Task Ask_is_answered_from_another_node()
    {
        (ActorSystem here, ActorSystem there) = (ActorSystem.Create("here", Remote), ActorSystem.Create("there", Remote));
        there.ActorOf(Props.Create(() => new Echo()), "echo");
        IActorRef router = here.ActorOf(Props.Empty.WithRouter(new ActorBalancerGroup(new(), $"{((ExtendedActorSystem)there).Provider.DefaultAddress}/user/echo")));
        for (int i = 0; i < 3; i++)
            Assert.Equal(i, await router.Ask<int>(i, Hang));
        await Task.WhenAll(here.Terminate(), there.Terminate());
    }

    /// <summary>The name is free when the guardian, too, has heard that the one before has ended.</summary>
    private async Task<IActorRef> AgainAsync(IActorRef probe, string says)
    {
        IActorRef? made = null;
        await AwaitAssertAsync(() => made = Sys.ActorOf(Props.Create(() => new Teller(probe, says)), "again"), Hang);
        return made!;
    }

    private static string[] Picks(RouteeFleet fleet, Routee[] routees, int picks) =>
        [.. Enumerable.Range(0, picks).Select(_ => fleet.Pick(routees, 0)?.Name.Path).OfType<string>()];

    private RouteeFleet Fleet(RoutingOptions options, Func<TimeSpan> clock, ulong seed) =>
        new(options, new RouteeWeights(options, Sys), ((ExtendedActorSystem)Sys).Provider, clock, seed);

    private ActorSelectionRoutee Selection(string path) => new(Sys.ActorSelection(path));

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(m => Sender.Tell(m));
    }

    private sealed class Teller : ReceiveActor
    {
        public Teller(IActorRef probe, string name) => ReceiveAny(_ => probe.Tell(name));
    }
}
