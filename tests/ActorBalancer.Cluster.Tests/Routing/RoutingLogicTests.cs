using ActorBalancer.Cluster.Routing;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Routing;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorBalancer.Cluster.Tests.Routing;

/// <summary>The strategies under Akka's routing logic, with probes as routees.</summary>
public sealed class RoutingLogicTests : TestKit
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(1);

    [Fact]
    public void Many_senders_at_once_give_every_routee_its_exact_share()
    {
        const int Senders = 4, Each = 1_500;
        BalancerRoutingLogic logic = new(Sys, new() { Strategy = "round-robin", Seed = 1 });
        Routee[] routees = Routees("a", "b", "c");
        int[] counts = new int[routees.Length];
        Parallel.For(0, Senders, new ParallelOptions { MaxDegreeOfParallelism = Senders }, _ =>
        {
            for (int i = 0; i < Each; i++)
                Interlocked.Increment(ref counts[Array.IndexOf(routees, logic.Select("m", routees))]);
        });
        Assert.Equal([2_000, 2_000, 2_000], counts);
    }

    [Fact]
    public void Weights_divide_the_messages_and_0_takes_none()
    {
        BalancerRoutingLogic logic = new(Sys, new()
        {
            Strategy = "weighted-round-robin",
            Weights = new Dictionary<string, double> { ["/user/a"] = 5, ["/user/c"] = 2, ["/user/none"] = 0 },
        });
        Assert.Equal([5, 1, 0, 2], Shares(logic, Routees("a", "b", "none", "c"), 8));
    }

    [Fact]
    public void Weight_is_that_of_the_path_or_the_node_times_what_was_learned()
    {
        RouteeWeights weights = new(new() { Weights = new Dictionary<string, double> { ["/user/a"] = 5, ["10.0.0.5:4053"] = 2 } }, Sys);
        Address first = Address.Parse("akka.tcp://app@10.0.0.5:4053"), second = Address.Parse("akka.tcp://app@10.0.0.6:4053"), third = second.WithPort(4054);
        Assert.Equal([5_000, 2_000, 1_000], [Of("/user/a", first), Of("/user/b", first), Of("/user/b", second)]);
        weights.Learned(new Dictionary<Address, double> { [first] = 3, [second] = 0 });
        Assert.Equal([15_000, 6_000, 0, 1_500], [Of("/user/a", first), Of("/user/b", first), Of("/user/b", second), Of("/user/b", third)]);

        int Of(string path, Address node) => weights.Of(new RouteeName(node + path, path, node));
    }

    [Fact]
    public void Who_stays_keeps_its_turn_when_others_come_and_go()
    {
        BalancerRoutingLogic logic = new(Sys, new() { Strategy = "round-robin", Seed = 3 });
        Routee[] routees = Routees("a", "b", "c");
        Routee first = logic.Select("m", routees);
        Routee[] without = [.. routees.Where(r => r != first)];
        Routee[] next = [logic.Select("m", without), logic.Select("m", without)];
        Assert.Equal(without.ToHashSet(), next.ToHashSet());
        // Who comes gets its share as soon as the picks are taken that were made before.
        Shares(logic, routees, PickBlock.Length);
        Assert.Equal([2, 2, 2], Shares(logic, routees, 6));
    }

    [Fact]
    public void Period_begins_again_and_again_and_changes_are_felt_soon()
    {
        Dictionary<string, double> weights = new() { ["/user/a"] = 3, ["/user/b"] = 1.5, ["/user/c"] = 0.5 };
        RouteeWeights weighing = new(new() { Strategy = "weighted-round-robin", Weights = weights }, Sys);
        RouteeFleet fleet = new(new() { Strategy = "weighted-round-robin" }, weighing, ((ExtendedActorSystem)Sys).Provider, () => TimeSpan.Zero, 1);
        Routee[] routees = Routees("a", "b", "c");
        string[] names = [.. Enumerable.Range(0, 10_000).Select(_ => fleet.Pick(routees, 0)!.Name.Path)];
        for (int i = 0; i < names.Length; i += 10)
            Assert.Equal(names[..10], names[i..(i + 10)]);
        Assert.Equal([6, 3, 1], "abc".Select(name => names[..10].Count(n => n[^1] == name)));

        weights["/user/a"] = 0;
        fleet.Reweigh();
        Assert.DoesNotContain("/user/a", Enumerable.Range(0, 100).Select(_ => fleet.Pick(routees, 0)!.Name.Path));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Draws_give_every_routee_its_chance_from_any_number_of_threads(int threads)
    {
        const int Draws = 80_000;
        BalancerRoutingLogic logic = new(Sys, new()
        {
            Strategy = "random",
            Seed = 1,
            Weights = new Dictionary<string, double> { ["/user/a"] = 5, ["/user/c"] = 2, ["/user/none"] = 0 },
        });
        Routee[] routees = Routees("a", "b", "none", "c");
        int[] counts = new int[routees.Length];
        Task[] senders = [.. Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < Draws / threads; i++)
                    Interlocked.Increment(ref counts[Array.IndexOf(routees, logic.Select("m", routees))]);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.WhenAll(senders);
        Assert.Equal(0, counts[2]);
        // Within five standard deviations; each thread's dice have a fixed seed, so that the counts are always the same.
        foreach ((int place, double chance) in (IEnumerable<(int, double)>)[(0, 0.625), (1, 0.125), (3, 0.25)])
            Assert.InRange(counts[place], (Draws * chance) - (5 * Math.Sqrt(Draws * chance)), (Draws * chance) + (5 * Math.Sqrt(Draws * chance)));
    }

    [Fact]
    public async Task Ask_goes_to_the_routee_with_the_fewest_outstanding()
    {
        (TestProbe a, TestProbe b) = (CreateTestProbe("la"), CreateTestProbe("lb"));
        BalancerRoutingLogic logic = new(Sys, new() { Strategy = "least-connections", Weights = new Dictionary<string, double> { [Path(a)] = 1.5 } });
        IActorRef router = Sys.ActorOf(Props.Create(() => new Routing(new Akka.Routing.Router(logic, a.Ref, b.Ref))));
        Task<int> first = router.Ask<int>("1", Hang);
        await a.ExpectMsgAsync("1", Hang);
        Task<int> second = router.Ask<int>("2", Hang);
        await b.ExpectMsgAsync("2", Hang);
        a.Reply(11);
        Assert.Equal(11, await first);
        Assert.Equal((0, 1), (logic.Outstanding(Path(a)), logic.Outstanding(Path(b))));
        Task<int> third = router.Ask<int>("3", Hang);
        await a.ExpectMsgAsync("3", Hang);
        a.Reply(new Status.Failure(new InvalidDataException("no")));
        await Assert.ThrowsAsync<InvalidDataException>(() => third);
        b.Reply(22);
        Assert.Equal(22, await second);
        Assert.Equal((0, 0), (logic.Outstanding(Path(a)), logic.Outstanding(Path(b))));
    }

    [Fact]
    public void Ask_that_nobody_answers_stops_counting_after_its_time()
    {
        TimeSpan now = TimeSpan.Zero;
        RoutingOptions options = new() { Strategy = "least-connections", AskExpiry = TimeSpan.FromSeconds(10) };
        RouteeFleet fleet = new(options, new RouteeWeights(options, Sys), ((ExtendedActorSystem)Sys).Provider, () => now, 1);
        Routee[] routees = [new ActorRefRoutee(TestActor)];
        fleet.PickForAsk(routees, 0, CreateTestProbe());
        now = TimeSpan.FromSeconds(9);
        Assert.Equal(1, fleet.Outstanding(Path(TestActor)));
        now = TimeSpan.FromSeconds(10);
        Assert.Equal(0, fleet.Outstanding(Path(TestActor)));
    }

    [Fact]
    public async Task Told_messages_are_divided_by_weight_where_asks_would_count()
    {
        (TestProbe a, TestProbe b) = (CreateTestProbe("ta"), CreateTestProbe("tb"));
        Akka.Routing.Router router = new(new BalancerRoutingLogic(Sys, new() { Weights = new Dictionary<string, double> { [Path(a)] = 3 } }), a.Ref, b.Ref);
        for (int i = 0; i < 8; i++)
            router.Route(i, TestActor);
        await a.ReceiveNAsync(6, Hang).ToListAsync();
        await b.ReceiveNAsync(2, Hang).ToListAsync();
    }

    [Fact]
    public void Source_names_one_routee_however_it_is_told()
    {
        Routee[] routees = Routees("s1", "s2", "s3", "s4", "s5");
        BalancerRoutingLogic logic = new(Sys, new() { Strategy = "source-hash" });
        BalancerRoutingLogic extracts = new(Sys, new() { Strategy = "source-hash", Source = m => (m as string)?.Split(':')[0] });
        Dictionary<string, Routee> homes = [];
        for (int i = 0; i < 200; i++)
        {
            string source = $"album-{i}";
            Routee home = homes[source] = logic.Select(new SourceEnvelope("m", source), routees);
            Assert.Same(home, logic.Select(new ConsistentHashableEnvelope("m", source), routees));
            Assert.Same(home, extracts.Select($"{source}:m", routees));
        }
        Assert.Equal(5, homes.Values.Distinct().Count());
        Routee[] without = routees[1..];
        Assert.All(homes, home => Assert.Same(home.Value == routees[0] ? home.Value : logic.Select(new SourceEnvelope("m", home.Key), without), home.Value));
        // Numbers and bytes have a home too, and what has none is spread.
        for (int n = -20; n < 20; n++)
            Assert.Same(logic.Select(new SourceEnvelope("m", n), routees), logic.Select(new SourceEnvelope("n", (long)n), routees));
        Assert.Same(logic.Select(new SourceEnvelope("m", new byte[] { 7 }), routees), logic.Select(new SourceEnvelope("m", new byte[] { 7 }), routees));
        Assert.Equal(5, Enumerable.Range(0, 200).Select(_ => logic.Select("m", routees)).Distinct().Count());
    }

    [Fact]
    public async Task Bound_on_load_sends_a_hot_source_elsewhere()
    {
        TestProbe[] probes = [CreateTestProbe("h1"), CreateTestProbe("h2"), CreateTestProbe("h3")];
        foreach ((double? bound, int homes) in new (double?, int)[] { (null, 1), (1.25, 3) })
        {
            BalancerRoutingLogic logic = new(Sys, new() { Strategy = "source-hash", LoadFactor = bound });
            IActorRef router = Sys.ActorOf(Props.Create(() => new Routing(new Akka.Routing.Router(logic, probes.Select(Routee (p) => new ActorRefRoutee(p.Ref)).ToArray()))));
            Task<int>[] asks = [.. Enumerable.Range(0, 9).Select(i => router.Ask<int>(new SourceEnvelope(i, "hot"), Hang))];
            router.Tell("flush");
            await ExpectMsgAsync("flushed", Hang);
            Assert.Equal(homes, probes.Count(p => p.HasMessages));
            foreach (TestProbe probe in probes)
            {
                while (probe.HasMessages)
                {
                    Assert.IsType<int>(await probe.ReceiveOneAsync(Hang));
                    probe.Reply(1);
                }
            }
            await Task.WhenAll(asks);
        }
    }

    [Fact]
    public async Task Message_that_no_routee_takes_goes_to_dead_letters()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        Akka.Routing.Router router = new(new BalancerRoutingLogic(Sys, new() { Strategy = "random", Weights = new Dictionary<string, double> { ["/user/x"] = 0 } }), Routees("x"));
        router.Route("lost", TestActor);
        Assert.Equal("lost", (await ExpectMsgAsync<DeadLetter>(Hang)).Message);
        new Akka.Routing.Router(new BalancerRoutingLogic(Sys, new())).Route("none", TestActor);
        Assert.Equal("none", (await ExpectMsgAsync<DeadLetter>(Hang)).Message);
    }

    [Fact]
    public void Wrong_options_are_refused_all_at_once()
    {
        ConfigurationException refused = Assert.Throws<ConfigurationException>(() => new BalancerRoutingLogic(Sys, new()
        {
            Strategy = "best",
            Choices = 0,
            LoadFactor = 0.5,
            AskExpiry = TimeSpan.Zero,
            Weights = new Dictionary<string, double> { ["/user/a"] = -1 },
        }));
        foreach (string part in (string[])["strategy = best", "round-robin", "choices = 0", "load-factor = 0.5", "/user/a = -1", "ask-expiry"])
            Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        Assert.Contains("provider = cluster", Assert.Throws<ConfigurationException>(
            () => new BalancerRoutingLogic(Sys, new() { RoleWeights = new Dictionary<string, double> { ["big"] = 2 } })).Message, StringComparison.Ordinal);
    }

    private static int[] Shares(BalancerRoutingLogic logic, Routee[] routees, int messages)
    {
        int[] shares = new int[routees.Length];
        for (int i = 0; i < messages; i++)
            shares[Array.IndexOf(routees, logic.Select("m", routees))]++;
        return shares;
    }

    private static string Path(ICanTell actor) => RouteeName.Of(new ActorRefRoutee(actor is TestProbe probe ? probe.Ref : (IActorRef)actor), Address.AllSystems).Path;

    private Routee[] Routees(params string[] names) => [.. names.Select(n => Selection("/user/" + n))];

    private ActorSelectionRoutee Selection(string path) => new(Sys.ActorSelection(path));

    /// <summary>A router in an actor; tells its test when it has sent all that came before.</summary>
    private sealed class Routing(Akka.Routing.Router router) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is "flush")
                Sender.Tell("flushed");
            else
                router.Route(message, Sender);
        }
    }
}
