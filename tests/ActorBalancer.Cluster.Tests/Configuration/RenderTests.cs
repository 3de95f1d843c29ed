using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.Strategies;
using CsCheck;

namespace ActorBalancer.Cluster.Tests.Configuration;

public class RenderTests
{
    private static readonly BalancerOptions Defaults = BalancerConfiguration.Defaults();

    [Fact]
    public void Text_of_any_options_gives_them_again()
    {
        Gen<QueueOptions> queue = Gen.Select(
            Gen.Int[0, 2],
            Gen.Int[1, 1000],
            Gen.Double[1, 100],
            Gen.Int[1, 1_000_000],
            Gen.Bool).Select((binding, attempts, factor, ms, order) => Defaults.QueueDefaults with
            {
                Binding = binding == 0 ? null : (Binding)(binding - 1),
                Attempts = attempts,
                LoadFactor = factor,
                TimeLimit = TimeSpan.FromMilliseconds(ms),
                Order = order ? QueueOrder.Source : QueueOrder.None,
            });
        Gen<Dictionary<string, QueueOptions>> queues = Gen.Dictionary(Gen.Int[0, 3].Select(i => new[] { "mail", "mail.eu", "0-x_y", "actorbalancer" }[i]), queue)[0, 3];
        Gen.Select(queue, queues, Gen.Long[0, 1L << 40], Gen.Double[0, 1_000_000], Gen.Long[0, TimeSpan.TicksPerHour]).Sample((all, named, bytes, weight, drain) =>
        {
            BalancerOptions options = Defaults with
            {
                Seeds = ["10.0.0.5:8601", "[fd00::5]:1"],
                Http = Defaults.Http with { Hosts = ["jobs.example.com"], Proxies = ["10.0.0.0/8", "::1"] },
                QueueDefaults = all,
                Queues = named,
                Memory = Defaults.Memory with { KeepResultBytes = bytes },
                Worker = Defaults.Worker with
                {
                    Weight = weight,
                    Drain = TimeSpan.FromTicks(drain),
                    Exec = Defaults.Worker.Exec with { Allow = ["*", "/bin/a \\\"b"], Env = ["LANG", "_x1"] },
                    Http = new CallOptions { Allow = ["hooks.example.com:8080"] },
                },
            };
            string text = BalancerConfiguration.Render(options);
            BalancerOptions again = BalancerConfiguration.Load(new() { Text = text }).Options;
            Assert.Equal(text, BalancerConfiguration.Render(again));
            Assert.Equal(WithListsOf(again, options), again);
            Assert.Equal(options.Seeds, again.Seeds);
            Assert.Equal(options.Http.Hosts, again.Http.Hosts);
            Assert.Equal(options.Http.Proxies, again.Http.Proxies);
            Assert.Equal(options.Worker.Exec.Allow, again.Worker.Exec.Allow);
            Assert.Equal(options.Worker.Exec.Env, again.Worker.Exec.Env);
            Assert.Equal(options.Worker.Http.Allow, again.Worker.Http.Allow);
            Assert.Equal(options.Queues.OrderBy(q => q.Key), again.Queues.OrderBy(q => q.Key));
        });
    }

    /// <summary>Records compare lists by reference, so those are compared apart.</summary>
    private static BalancerOptions WithListsOf(BalancerOptions other, BalancerOptions options) => options with
    {
        Roles = other.Roles,
        Seeds = other.Seeds,
        Queues = other.Queues,
        Http = options.Http with { Hosts = other.Http.Hosts, Proxies = other.Http.Proxies },
        Worker = options.Worker with
        {
            Exec = options.Worker.Exec with { Allow = other.Worker.Exec.Allow, Env = other.Worker.Exec.Env },
            Http = other.Worker.Http,
        },
    };
}
