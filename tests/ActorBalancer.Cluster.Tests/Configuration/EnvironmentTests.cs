using ActorBalancer.Hosting;
using ActorBalancer.Options;

namespace ActorBalancer.Cluster.Tests.Configuration;

public class EnvironmentTests
{
    private static BalancerOptions Load(string text, params (string Name, string Value)[] variables) =>
        BalancerConfiguration.Load(Sources(text, variables)).Options;

    private static string Error(string text, params (string Name, string Value)[] variables) =>
        Assert.Throws<BalancerConfigurationException>(() => BalancerConfiguration.Load(Sources(text, variables))).Message;

    private static ConfigurationSources Sources(string text, (string Name, string Value)[] variables) =>
        new() { Text = text, Environment = variables.ToDictionary(v => v.Name, v => v.Value) };

    [Fact]
    public void Name_is_read_in_any_case() =>
        Assert.Equal(3, Load("", ("ActorBalancer__Queue_Defaults__attempts", "3")).QueueDefaults.Attempts);

    [Fact]
    public void Variables_without_our_prefix_are_not_ours() =>
        Assert.Equal(Defaults(), BalancerConfiguration.Render(Load("", ("PATH", "x"), ("ACTORBALANCER", "x"), ("ACTORBALANCER_SLOTS", "x"))));

    [Fact]
    public void Queue_that_is_in_the_file_is_found_by_its_name_in_capitals()
    {
        const string File = """actorbalancer.queues { mail {}, big-mail {}, "mail.eu" {}, "mail.eu-x" {} }""";
        BalancerOptions options = Load(
            File,
            ("ACTORBALANCER__QUEUES__MAIL__ATTEMPTS", "1"),
            ("ACTORBALANCER__QUEUES__BIG_MAIL__ATTEMPTS", "2"),
            ("ACTORBALANCER__QUEUES__MAIL__EU__ATTEMPTS", "3"),
            ("ACTORBALANCER__QUEUES__MAIL__EU_X__BACKOFF__FIRST", "4s"));
        Assert.Equal(["big-mail", "mail", "mail.eu", "mail.eu-x"], options.Queues.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((1, 2, 3), (options.Queue("mail").Attempts, options.Queue("big-mail").Attempts, options.Queue("mail.eu").Attempts));
        Assert.Equal(TimeSpan.FromSeconds(4), options.Queue("mail.eu-x").Backoff.First);
    }

    [Fact]
    public void Queue_that_is_nowhere_else_has_the_name_in_small_letters() =>
        Assert.Equal(7, Load("", ("ACTORBALANCER__QUEUES__MY_MAIL__ATTEMPTS", "7")).Queues["my_mail"].Attempts);

    [Fact]
    public void List_is_replaced_by_numbered_items()
    {
        const string File = "actorbalancer.seeds = [\"10.0.0.1:1\", \"10.0.0.2:2\", \"10.0.0.3:3\"]";
        Assert.Equal(["a:1", "b:2"], Load(File, ("ACTORBALANCER__SEEDS__0", "a:1"), ("ACTORBALANCER__SEEDS__1", "b:2")).Seeds);
        Assert.Empty(Load(File, ("ACTORBALANCER__SEEDS", "")).Seeds);
    }

    [Theory]
    [InlineData("ACTORBALANCER__SEEDS__1", "a:1", "actorbalancer.seeds: the items of a list are numbered from 0 without a gap, not 1 (environment variable ACTORBALANCER__SEEDS__1)")]
    [InlineData("ACTORBALANCER__SEEDS__FIRST", "a:1", "actorbalancer.seeds.FIRST = a:1: the items of a list are numbered from 0 (environment variable ACTORBALANCER__SEEDS__FIRST)")]
    [InlineData("ACTORBALANCER__SEEDS", "a:1", "actorbalancer.seeds = a:1: a list such as [\"a\", \"b\"] (environment variable ACTORBALANCER__SEEDS)")]
    [InlineData("ACTORBALANCER__STORE", "", "actorbalancer.store = \"\": one of memory, sqlite, postgres (environment variable ACTORBALANCER__STORE)")]
    [InlineData("ACTORBALANCER__QUEUES__MAIL", "", "ACTORBALANCER__QUEUES__MAIL: unknown variable; valid after ACTORBALANCER__QUEUES__: <queue>__<KEY> (environment)")]
    [InlineData("ACTORBALANCER__REMOTING__PROT", "1", "ACTORBALANCER__REMOTING__PROT: unknown variable; did you mean ACTORBALANCER__REMOTING__PORT? Valid after ACTORBALANCER__REMOTING__: ADVERTISED, BIND, PORT, TLS (environment)")]
    [InlineData("ACTORBALANCER__STORE__X", "1", "ACTORBALANCER__STORE__X: unknown variable; did you mean ACTORBALANCER__STORE? Valid after ACTORBALANCER__: "
        + "HTTP, INSECURE, LIMITS, MEMORY, METRICS, NAME, POSTGRES, QUEUE_DEFAULTS, QUEUES, REMOTING, RETENTION, ROLE_NAMES, ROLES, ROUTER, SEEDS, SQLITE, STORE, WORKER (environment)")]
    public void Variable_that_says_nothing_sensible_is_an_error(string name, string value, string error) =>
        Assert.Equal(error, Error("", (name, value)));

    [Fact]
    public void Two_variables_for_one_key_are_an_error() =>
        Assert.Equal(
            "actorbalancer.worker.slots = 2: is set twice (environment variable actorbalancer__WORKER__SLOTS)",
            Error("", ("ACTORBALANCER__WORKER__SLOTS", "1"), ("actorbalancer__WORKER__SLOTS", "2")));

    private static string Defaults() => BalancerConfiguration.Render(BalancerConfiguration.Defaults());
}
