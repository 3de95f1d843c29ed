using ActorBalancer.Options;

namespace ActorBalancer.Core.Tests.Options;

public class OptionsValidatorTests
{
    private static readonly BalancerOptions Good = TestOptions.Balancer;

    private static string[] Errors(BalancerOptions options) =>
        [.. OptionsValidator.Validate(options).Select(e => e.ToString())];

    private static void RefusedAt(string path, BalancerOptions options)
    {
        ConfigurationError error = Assert.Single(OptionsValidator.Validate(options));
        Assert.Equal(path, error.Path);
    }

    [Fact]
    public void Good_options_have_no_error() => Assert.Empty(Errors(Good));

    [Fact]
    public void All_errors_are_reported_at_once_with_path_value_and_range()
    {
        BalancerOptions bad = Good with
        {
            Name = "My Node",
            Store = "paper",
            Worker = Good.Worker with { Slots = -1, Weight = double.NaN, HandBack = TimeSpan.FromMinutes(1) },
            Limits = Good.Limits with { Payload = 1 << 30 },
            QueueDefaults = Good.QueueDefaults with { Strategy = "fastest", Attempts = 0 },
        };
        Assert.Equal(
            [
                "actorbalancer.name = My Node: must have the form [a-z0-9][a-z0-9._-]{0,63}",
                "actorbalancer.store = paper: one of memory, sqlite, postgres",
                "actorbalancer.limits.payload = 1 GiB: a size from 1 B to 16 MiB",
                "actorbalancer.queue-defaults.strategy = fastest: one of round-robin, random, weighted-round-robin, least-connections, source-hash, adaptive",
                "actorbalancer.queue-defaults.attempts = 0: a whole number from 1 to 1000",
                "actorbalancer.worker.slots = -1: a whole number from 0 to 10000",
                "actorbalancer.worker.weight = NaN: a number from 0 to 1000000",
                "actorbalancer.worker.hand-back = 1m: a duration from 1ms to 10s",
            ],
            Errors(bad));
    }

    [Theory]
    [InlineData("env:JOBS")]
    [InlineData("file:/run/secrets/jobs")]
    [InlineData("Host=db;Username=jobs")]
    public void Store_postgres_needs_a_connection_on_a_router_and_only_there(string connection)
    {
        BalancerOptions none = Good with { Store = StoreNames.Postgres };
        RefusedAt("actorbalancer.postgres.connection", none);
        Assert.Empty(Errors(none with { Roles = [NodeRoles.Worker] }));
        Assert.Empty(Errors(none with { Postgres = Good.Postgres with { Connection = connection } }));
    }

    [Theory]
    [InlineData("env:")]
    [InlineData("file:")]
    [InlineData("postgres://jobs:s3cret@db/jobs")]
    [InlineData("s3cret")]
    public void Connection_of_no_known_form_is_refused_without_repeating_it(string connection)
    {
        BalancerOptions bad = Good with { Postgres = Good.Postgres with { Connection = connection } };
        RefusedAt("actorbalancer.postgres.connection", bad);
        Assert.DoesNotContain("s3cret", Errors(bad)[0] + bad, StringComparison.Ordinal);
    }

    [Fact]
    public void Store_needs_a_file_and_a_schema_that_can_be_named()
    {
        RefusedAt("actorbalancer.sqlite.file", Good with { Sqlite = new SqliteOptions { File = "" } });
        RefusedAt("actorbalancer.postgres.schema", Good with { Postgres = Good.Postgres with { Schema = "Jobs; drop" } });
    }

    [Fact]
    public void Weight_0_and_weight_as_slots_are_both_allowed()
    {
        Assert.Empty(Errors(Good with { Worker = Good.Worker with { Weight = 0 } }));
        Assert.Empty(Errors(Good with { Worker = Good.Worker with { Weight = null } }));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10")]
    [InlineData("localhost")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void Loopback_address_needs_no_permission(string host) =>
        Assert.Empty(Errors(Good with { Remoting = Good.Remoting with { Bind = host } }));

    [Theory]
    [InlineData("10.0.0.5")]
    [InlineData("fd00::5")]
    [InlineData("node1.example.org")]
    public void Reachable_address_is_refused_unless_insecure_is_on(string host)
    {
        BalancerOptions bound = Good with { Remoting = Good.Remoting with { Bind = host } };
        RefusedAt("actorbalancer.remoting.bind", bound);
        Assert.Contains("insecure = on", Errors(bound)[0], StringComparison.Ordinal);
        RefusedAt("actorbalancer.remoting.advertised", Good with { Remoting = Good.Remoting with { Advertised = host } });
        Assert.Empty(Errors(bound with { Insecure = true }));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void Any_address_can_be_bound_but_not_advertised(string any)
    {
        BalancerOptions open = Good with { Insecure = true, Remoting = Good.Remoting with { Bind = any } };
        RefusedAt("actorbalancer.remoting.bind", open);
        RefusedAt("actorbalancer.remoting.advertised", open with { Remoting = open.Remoting with { Advertised = any } });
        Assert.Empty(Errors(open with { Remoting = open.Remoting with { Advertised = "10.0.0.5" } }));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("10.0.0.5:8601")]
    [InlineData("")]
    public void Bind_is_a_host_without_port(string host) =>
        RefusedAt("actorbalancer.remoting.bind", Good with { Remoting = Good.Remoting with { Bind = host } });

    [Theory]
    [InlineData("10.0.0.5:8601", true)]
    [InlineData("node-1.example.org:1", true)]
    [InlineData("[fd00::5]:65535", true)]
    [InlineData("fd00::5:8601", false)]
    [InlineData("[10.0.0.5]:8601", false)]
    [InlineData("10.0.0.5", false)]
    [InlineData("10.0.0.5:0", false)]
    [InlineData("10.0.0.5:65536", false)]
    [InlineData("10.0.0.5:+1", false)]
    [InlineData(":8601", false)]
    [InlineData("akka.tcp://s@10.0.0.5:8601", false)]
    public void Seed_is_host_and_port(string seed, bool good)
    {
        BalancerOptions options = Good with { Seeds = ["127.0.0.1:8601", seed] };
        if (good) Assert.Empty(Errors(options));
        else RefusedAt("actorbalancer.seeds.1", options);
    }

    [Theory]
    [InlineData("mail", true)]
    [InlineData("0.a_b-c", true)]
    [InlineData("Mail", false)]
    [InlineData("-mail", false)]
    [InlineData("mail\n", false)]
    public void Name_of_a_queue_has_the_form_of_the_contract(string name, bool good)
    {
        BalancerOptions options = Good with { Queues = new Dictionary<string, QueueOptions> { [name] = Good.QueueDefaults } };
        if (good) Assert.Empty(Errors(options));
        else RefusedAt($"actorbalancer.queues.{name}", options);
    }

    [Fact]
    public void Name_of_a_queue_has_at_most_64_characters()
    {
        BalancerOptions With(int length) =>
            Good with { Queues = new Dictionary<string, QueueOptions> { [new string('a', length)] = Good.QueueDefaults } };
        Assert.Empty(Errors(With(64)));
        Assert.Single(Errors(With(65)));
    }

    [Fact]
    public void Error_in_one_queue_names_that_queue()
    {
        BalancerOptions options = Good with
        {
            Queues = new Dictionary<string, QueueOptions> { ["mail"] = Good.QueueDefaults with { LoadFactor = 0.5 }, ["web"] = Good.QueueDefaults },
        };
        RefusedAt("actorbalancer.queues.mail.load-factor", options);
        Assert.Equal(0.5, options.Queue("mail").LoadFactor);
        Assert.Same(Good.QueueDefaults, options.Queue("unheard-of"));
    }

    [Fact]
    public void Roles_are_known_and_there_once()
    {
        RefusedAt("actorbalancer.roles", Good with { Roles = [] });
        RefusedAt("actorbalancer.roles.1", Good with { Roles = ["router", "boss"] });
        RefusedAt("actorbalancer.roles.1", Good with { Roles = ["router", "router"] });
    }

    [Fact]
    public void Role_names_are_distinct_and_not_empty()
    {
        RefusedAt("actorbalancer.role-names.worker", Good with { RoleNames = new RoleNames { Router = "x", Worker = "x" } });
        RefusedAt("actorbalancer.role-names.router", Good with { RoleNames = Good.RoleNames with { Router = "" } });
        RefusedAt("actorbalancer.role-names.worker", Good with { RoleNames = Good.RoleNames with { Worker = "a b" } });
        Assert.Contains(
            Errors(Good with { RoleNames = Good.RoleNames with { Router = "dc-east" } }),
            e => e.Contains("dc-", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Rule", "8")]
    public void Silent_worker_must_cancel_before_its_jobs_run_elsewhere()
    {
        TimeSpan twelve = Good.Router.SilenceRequeue;
        RefusedAt("actorbalancer.worker.contact-lease", Good with { Worker = Good.Worker with { ContactLease = twelve } });
        Assert.Empty(Errors(Good with { Worker = Good.Worker with { ContactLease = twelve - TimeSpan.FromTicks(1) } }));
    }

    [Fact]
    public void Reports_come_at_least_twice_a_contact_lease()
    {
        TimeSpan six = TimeSpan.FromSeconds(6);
        RefusedAt("actorbalancer.worker.report-interval", Good with { Worker = Good.Worker with { ReportInterval = six } });
        RefusedAt("actorbalancer.router.state-interval", Good with { Router = Good.Router with { StateInterval = six } });
    }

    [Fact]
    public void First_backoff_is_not_above_its_cap() =>
        RefusedAt(
            "actorbalancer.queue-defaults.backoff.first",
            Good with { QueueDefaults = Good.QueueDefaults with { Backoff = Good.QueueDefaults.Backoff with { First = TimeSpan.FromHours(2) } } });
}
