using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.Strategies;

namespace ActorBalancer.Cluster.Tests.Configuration;

public class BalancerConfigurationTests
{
    private static BalancerConfiguration Load(string text, Dictionary<string, string>? environment = null, params (string Key, string Value)[] overrides) =>
        BalancerConfiguration.Load(new ConfigurationSources
        {
            Text = text,
            TextOrigin = "my.conf",
            Environment = environment ?? [],
            Overrides = [.. overrides.Select(o => KeyValuePair.Create(o.Key, o.Value))],
        });

    private static string[] Errors(string text, Dictionary<string, string>? environment = null, params (string Key, string Value)[] overrides) =>
        Assert.Throws<BalancerConfigurationException>(() => Load(text, environment, overrides)).Message.Split('\n');

    [Fact]
    public void Defaults_are_those_of_the_contract()
    {
        BalancerOptions d = BalancerConfiguration.Defaults();
        Assert.Equal(("127.0.0.1", "", 8601), (d.Remoting.Bind, d.Remoting.Advertised, d.Remoting.Port));
        Assert.Equal(("actorbalancer-router", "actorbalancer-worker"), (d.RoleNames.Router, d.RoleNames.Worker));
        Assert.Equal(("sqlite", "./actorbalancer.db"), (d.Store, d.Sqlite.File));
        Assert.Equal(("", "actorbalancer"), (d.Postgres.Connection, d.Postgres.Schema));
        Assert.Equal((TimeSpan.FromHours(24), TimeSpan.FromDays(30)), (d.Retention.Succeeded, d.Retention.Dead));
        Assert.Equal(100_000, d.Memory.MaxWaiting);
        Assert.Equal((256 * 1024, 64 * 1024, 1000), (d.Limits.Payload, d.Limits.Result, d.Limits.Queues));
        Assert.Equal(("least-connections", (Binding?)null, 10), (d.QueueDefaults.Strategy, d.QueueDefaults.Binding, d.QueueDefaults.Attempts));
        Assert.Equal(TimeSpan.FromMinutes(30), d.QueueDefaults.TimeLimit);
        BackoffOptions backoff = d.QueueDefaults.Backoff;
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), 0.2), (backoff.First, backoff.Cap, backoff.Jitter));
        Assert.Equal((0, (double?)null, TimeSpan.FromSeconds(30)), (d.Worker.Slots, d.Worker.Weight, d.Worker.Drain));
        Assert.Equal((TimeSpan.FromSeconds(30), 0.1), (d.Metrics.SlowStart, d.Metrics.SlowStartFrom));
        Assert.True(d.IsRouter && d.IsWorker);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n# nothing\n")]
    [InlineData("actorbalancer {}")]
    [InlineData("akka { loglevel = DEBUG }")]
    public void Empty_file_is_valid(string text) =>
        Assert.Equal(BalancerConfiguration.Render(BalancerConfiguration.Defaults()), BalancerConfiguration.Render(Load(text).Options));

    [Fact]
    public void Each_layer_lies_over_the_one_before()
    {
        const string File = "actorbalancer.worker { slots = 2, drain = 2s, prefetch-jobs = 2 }";
        Dictionary<string, string> environment = new() { ["ACTORBALANCER__WORKER__SLOTS"] = "3", ["ACTORBALANCER__WORKER__DRAIN"] = "3s" };
        WorkerOptions worker = Load(File, environment, ("actorbalancer.worker.slots", "4")).Options.Worker;
        Assert.Equal((4, TimeSpan.FromSeconds(3), 2, 1 << 20), (worker.Slots, worker.Drain, worker.PrefetchJobs, worker.PrefetchBytes));
    }

    [Theory]
    [InlineData("Password=s3cret")]
    [InlineData("PWD=s3cret")]
    [InlineData("psw=s3cret")]
    public void Password_is_refused_in_a_file_and_never_repeated_but_may_come_from_environment_and_code(string password)
    {
        string connection = $"Host=db;{password}";
        string error = Assert.Single(Errors($"actorbalancer.postgres.connection = \"{connection}\""));
        Assert.StartsWith("actorbalancer.postgres.connection: has a password", error, StringComparison.Ordinal);
        Assert.EndsWith(", line 1)", error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error, StringComparison.Ordinal);
        Assert.Equal("Host=db", Load("actorbalancer.postgres.connection = \"Host=db\"").Options.Postgres.Connection);
        Assert.Equal(connection, Load("", new() { ["ACTORBALANCER__POSTGRES__CONNECTION"] = connection }).Options.Postgres.Connection);
        Assert.Equal(connection, Load("", null, ("actorbalancer.postgres.connection", connection)).Options.Postgres.Connection);
    }

    [Theory]
    [InlineData("router", true, false, 8601)]
    [InlineData("worker", false, true, 0)]
    public void Role_file_lies_below_the_users_file_but_its_roles_above(string role, bool router, bool worker, int port)
    {
        BalancerOptions options = BalancerConfiguration.Load(new ConfigurationSources { Role = role, Text = "actorbalancer.roles = [router, worker]" }).Options;
        Assert.Equal((router, worker, port), (options.IsRouter, options.IsWorker, options.Remoting.Port));
        options = BalancerConfiguration.Load(new ConfigurationSources { Role = role, Text = "actorbalancer.remoting.port = 9000" }).Options;
        Assert.Equal(9000, options.Remoting.Port);
    }

    [Fact]
    public void Role_can_be_given_by_its_name_in_the_cluster()
    {
        Assert.Equal(["worker"], Load("actorbalancer.roles = [actorbalancer-worker]").Options.Roles);
        Assert.Equal(["router"], Load("actorbalancer { roles = [boss], role-names.router = boss }").Options.Roles);
    }

    [Fact]
    public void Queue_has_its_own_settings_over_the_defaults_of_all_queues()
    {
        BalancerOptions options = Load("""
            actorbalancer {
              queue-defaults { attempts = 4, backoff { first = 2s, cap = 5m } }
              queues {
                mail { strategy = source-hash, binding = late, order = source, backoff.first = 3s }
                "mail.eu" { load-factor = 2 }
              }
            }
            """).Options;
        QueueOptions mail = options.Queue("mail");
        Assert.Equal(("source-hash", Binding.Late, QueueOrder.Source, 4), (mail.Strategy, mail.Binding, mail.Order, mail.Attempts));
        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(5), 0.2), (mail.Backoff.First, mail.Backoff.Cap, mail.Backoff.Jitter));
        Assert.Equal(2, options.Queue("mail.eu").LoadFactor);
        Assert.Equal(4, options.Queue("other").Attempts);
    }

    [Fact]
    public void All_errors_come_at_once_with_path_value_range_and_place()
    {
        string[] errors = Errors(
            """
            actorbalancer {
              worker {
                slots = many
                slotz = 4
                weight = heavy
                contact-lease = 30 parsecs
              }
              limits.payload = 3 GiB
              insecure = perhaps
              queue-defaults.order = sorted
              queues { mail { attempts = 5000, time-limit = 30 } }
              seeds = "10.0.0.5:8601"
              metrics = off
            }
            spring { profile = x }
            """,
            new() { ["ACTORBALANCER__ROUTER__BATCH_JOBS"] = "0", ["ACTORBALANCER__ROUTER__BATCH_JOB"] = "1" },
            ("actorbalancer.remoting.port", "99999"));
        Assert.Equal(
            [
                "actorbalancer.metrics = off: a block { ... } with publish-interval, sample-interval, slow-start, slow-start-from (my.conf, line 13)",
                "actorbalancer.seeds = 10.0.0.5:8601: a list such as [\"a\", \"b\"] (my.conf, line 12)",
                "actorbalancer.worker.slotz: unknown key; did you mean slots? Valid here: contact-lease, drain, exec, hand-back, http, no-router-exit, "
                    + "prefetch-bytes, prefetch-jobs, prefetch-work, report-interval, slots, slots-file, weight (my.conf, line 4)",
                "spring: unknown key; valid here: actorbalancer, akka (my.conf, line 15)",
                "ACTORBALANCER__ROUTER__BATCH_JOB: unknown variable; did you mean ACTORBALANCER__ROUTER__BATCH_JOBS? Valid after ACTORBALANCER__ROUTER__: "
                    + "BATCH_BYTES, BATCH_JOBS, LEASE_TIME, POISON_CRASHES, SILENCE_REQUEUE, STATE_INTERVAL (environment)",
                "actorbalancer.insecure = perhaps: on or off (my.conf, line 9)",
                "actorbalancer.queue-defaults.order = sorted: one of none, source (my.conf, line 10)",
                "actorbalancer.queues.mail.time-limit = 30: a duration from 1ms to 7d; a number and a unit: ns, us, ms, s, m, h or d (my.conf, line 11)",
                "actorbalancer.worker.slots = many: a whole number from 0 to 10000 (my.conf, line 3)",
                "actorbalancer.worker.weight = heavy: a number from 0 to 1000000; or auto (my.conf, line 5)",
                "actorbalancer.worker.contact-lease = 30 parsecs: a duration from 1s to 1h; a number and a unit: ns, us, ms, s, m, h or d (my.conf, line 6)",
                "actorbalancer.remoting.port = 99999: a whole number from 0 to 65535 (code)",
                "actorbalancer.limits.payload = 3 GiB: a size from 1 B to 16 MiB (my.conf, line 8)",
                "actorbalancer.queues.mail.attempts = 5000: a whole number from 1 to 1000 (my.conf, line 11)",
                "actorbalancer.router.batch-jobs = 0: a whole number from 1 to 4096 (environment variable ACTORBALANCER__ROUTER__BATCH_JOBS)",
            ],
            errors);
    }

    [Fact]
    public void Wrong_default_of_all_queues_is_reported_once() =>
        Assert.Equal(
            ["actorbalancer.queue-defaults.attempts = 0: a whole number from 1 to 1000 (my.conf, line 1)"],
            Errors("actorbalancer { queue-defaults.attempts = 0, queues { a {}, b { choices = 2 } } }"));

    [Fact]
    public void Item_of_a_list_is_reported_with_its_number() =>
        Assert.StartsWith(
            "actorbalancer.seeds.1 = 10.0.0.5: a seed has the form HOST:PORT",
            Assert.Single(Errors("actorbalancer.seeds = [\"10.0.0.4:1\", \"10.0.0.5\"]")),
            StringComparison.Ordinal);

    [Fact]
    public void Key_that_is_written_twice_is_an_error() =>
        Assert.Equal(
            ["actorbalancer.worker.slots: is there twice, on line 1 and on line 3 (my.conf)"],
            Errors("actorbalancer.worker.slots = 1\n\nactorbalancer { worker { slots = 2 } }"));

    [Fact]
    public void Our_key_at_the_top_is_shown_its_place() =>
        Assert.Contains("did you mean actorbalancer.worker?", Assert.Single(Errors("worker { slots = 2 }")), StringComparison.Ordinal);

    [Fact]
    public void Akka_block_is_handed_on_and_ours_is_not_in_it()
    {
        Akka.Configuration.Config akka = Load("akka.remote.retry-gate-closed-for = 3s\nactorbalancer.store = memory").Akka;
        Assert.Equal(TimeSpan.FromSeconds(3), akka.GetTimeSpan("akka.remote.retry-gate-closed-for"));
        Assert.False(akka.HasPath("actorbalancer"));
        Assert.True(Load("actorbalancer.store = memory").Akka.IsEmpty);
    }

    [Fact]
    public void File_that_is_missing_or_not_utf8_is_an_error_with_its_path()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [0xc3, 0x28]);
            Assert.Contains("is not UTF-8", Assert.Throws<BalancerConfigurationException>(() => BalancerConfiguration.LoadFile(path, new())).Message, StringComparison.Ordinal);
            File.WriteAllText(path, "actorbalancer.worker.slots = 7");
            Assert.Equal(7, BalancerConfiguration.LoadFile(path, new()).Options.Worker.Slots);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Contains(path, Assert.Throws<BalancerConfigurationException>(() => BalancerConfiguration.LoadFile(path, new())).Message, StringComparison.Ordinal);
    }
}
