using System.Reflection;
using System.Text.RegularExpressions;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using Akka.Configuration;

namespace ActorBalancer.Cluster.Tests.Configuration;

/// <summary>reference.conf is the whole truth: each key is an option, each option a key, each is explained and changes something.</summary>
public partial class ReferenceConfTests
{
    private static readonly string[] Text = Read();

    /// <summary>For each key a value that is not its default.</summary>
    public static TheoryData<string, string> OtherValues { get; } = new()
    {
        { "name", "node-1" },
        { "roles.0", "worker" },
        { "role-names.router", "boss" },
        { "role-names.worker", "hand" },
        { "remoting.bind", "127.0.0.2" },
        { "remoting.advertised", "localhost" },
        { "remoting.port", "0" },
        { "http.enabled", "off" },
        { "http.bind", "127.0.0.2" },
        { "http.port", "0" },
        { "http.hosts.0", "jobs.example.com" },
        { "http.proxies.0", "10.0.0.0/8" },
        { "insecure", "on" },
        { "seeds.0", "10.0.0.5:8601" },
        { "store", "memory" },
        { "sqlite.file", "/var/lib/jobs.db" },
        { "postgres.connection", "env:JOBS" },
        { "postgres.schema", "jobs" },
        { "retention.succeeded", "7d" },
        { "retention.dead", "0s" },
        { "memory.max-waiting", "1" },
        { "memory.keep-finished", "0" },
        { "memory.keep-result-bytes", "1 GiB" },
        { "limits.payload", "1 MiB" },
        { "limits.result", "100 B" },
        { "limits.queues", "5" },
        { "queue-defaults.strategy", "random" },
        { "queue-defaults.binding", "early" },
        { "queue-defaults.order", "source" },
        { "queue-defaults.choices", "2" },
        { "queue-defaults.load-factor", "1.5" },
        { "queue-defaults.attempts", "1" },
        { "queue-defaults.backoff.first", "1500ms" },
        { "queue-defaults.backoff.cap", "1m" },
        { "queue-defaults.backoff.jitter", "0" },
        { "queue-defaults.time-limit", "1d" },
        { "worker.slots", "16" },
        { "worker.weight", "2.5" },
        { "worker.drain", "0s" },
        { "worker.prefetch-jobs", "0" },
        { "worker.prefetch-bytes", "2 MiB" },
        { "worker.prefetch-work", "50ms" },
        { "worker.hand-back", "20ms" },
        { "worker.contact-lease", "11s" },
        { "worker.no-router-exit", "1m" },
        { "worker.report-interval", "500ms" },
        { "worker.slots-file", "running.slots" },
        { "worker.exec.allow.0", "sha256sum" },
        { "worker.exec.env.0", "LANG" },
        { "worker.exec.output", "1 MiB" },
        { "worker.http.allow.0", "hooks.example.com" },
        { "router.batch-jobs", "64" },
        { "router.batch-bytes", "32 KiB" },
        { "router.silence-requeue", "15s" },
        { "router.poison-crashes", "2" },
        { "router.lease-time", "10s" },
        { "router.state-interval", "2s" },
        { "metrics.sample-interval", "5s" },
        { "metrics.publish-interval", "2s" },
        { "metrics.slow-start", "0s" },
        { "metrics.slow-start-from", "0.5" },
    };

    /// <summary>Keys that have a single value until there is a second one to choose.</summary>
    public static TheoryData<string> SingleValues { get; } = new("queue-defaults.weights");

    /// <summary>Keys that are set together or not at all.</summary>
    public static TheoryData<string, string> Together { get; } = new()
    {
        { "remoting.tls", "certificate,key,ca" },
        { "http.tls", "certificate,key" },
    };

    [Fact]
    public void Each_key_is_an_option_and_each_option_a_key()
    {
        string[] keys = [.. HoconLeaves.Of(ConfigurationFactory.ParseString(string.Join('\n', Text)).Root).Select(l => l.Path).Append("actorbalancer.queues")];
        string[] options = [.. Leaves(typeof(BalancerOptions), "actorbalancer")];
        Assert.Equal(options.Order(StringComparer.Ordinal), keys.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_key_is_tried_below()
    {
        IEnumerable<object[]> rows = OtherValues.Concat<object[]>(SingleValues);
        IEnumerable<string> tried = rows.Select(row => (string)row[0]).Append("queues").Concat(Together.SelectMany<object[], string>(row => KeysOf((string)row[0], (string)row[1])));
        Assert.Equal(
            Leaves(typeof(BalancerOptions), "actorbalancer").Order(StringComparer.Ordinal),
            tried.Select(key => "actorbalancer." + Index().Replace(key, "")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_key_is_explained_right_above_it()
    {
        for (int i = 1; i < Text.Length; i++)
        {
            string line = Text[i].Trim();
            if (line.Length == 0 || line[0] is '#' or '}' || line.StartsWith("actorbalancer", StringComparison.Ordinal)) continue;
            Assert.True(Text[i - 1].TrimStart().StartsWith("# ", StringComparison.Ordinal), $"line {i + 1} has no comment: {line}");
        }
    }

    [Theory]
    [MemberData(nameof(OtherValues))]
    public void Environment_and_code_set_exactly_this_key(string key, string value)
    {
        string variable = "ACTORBALANCER__" + key.Replace(".", "__", StringComparison.Ordinal).Replace('-', '_').ToUpperInvariant();
        string before = BalancerConfiguration.Render(BalancerConfiguration.Defaults());
        string byVariable = BalancerConfiguration.Render(
            BalancerConfiguration.Load(new() { Environment = new Dictionary<string, string> { [variable] = value } }).Options);
        string byCode = BalancerConfiguration.Render(
            BalancerConfiguration.Load(new() { Overrides = [KeyValuePair.Create("actorbalancer." + key, value)] }).Options);

        Assert.Equal(byCode, byVariable);
        (string Old, string New) changed = Assert.Single(before.Split('\n').Zip(byCode.Split('\n')), l => l.First != l.Second);
        Assert.Equal(Index().Replace(key, "").Split('.')[^1], changed.New.Split('=')[0].Trim());
        Assert.Equal(value, changed.New.Split('=')[1].Trim(' ', '"', '[', ']'));
    }

    [Theory]
    [MemberData(nameof(SingleValues))]
    public void Key_with_a_single_value_takes_no_other(string key)
    {
        KeyValuePair<string, string> other = KeyValuePair.Create("actorbalancer." + key, "other");
        ConfigurationError error = Assert.Single(
            Assert.Throws<BalancerConfigurationException>(() => BalancerConfiguration.Load(new() { Overrides = [other] })).Errors);
        Assert.Equal("actorbalancer." + key, error.Path);
    }

    [Theory]
    [MemberData(nameof(Together))]
    public void Keys_that_belong_together_change_what_they_name_and_none_stands_alone(string block, string names)
    {
        string[] keys = KeysOf(block, names);
        KeyValuePair<string, string>[] all = [.. keys.Select(key => KeyValuePair.Create("actorbalancer." + key, $"{key}.pem"))];
        string text = BalancerConfiguration.Render(BalancerConfiguration.Load(new() { Overrides = all }).Options);
        Assert.All(keys, key => Assert.Contains($"{key[(key.LastIndexOf('.') + 1)..]} = \"{key}.pem\"", text, StringComparison.Ordinal));
        foreach (KeyValuePair<string, string> alone in all)
        {
            IEnumerable<string> missing =
                Assert.Throws<BalancerConfigurationException>(() => BalancerConfiguration.Load(new() { Overrides = [alone] })).Errors.Select(e => e.Path);
            Assert.Equal(all.Select(a => a.Key).Except([alone.Key]).Order(StringComparer.Ordinal), missing.Order(StringComparer.Ordinal));
        }
    }

    private static string[] KeysOf(string block, string names) => [.. names.Split(',').Select(name => $"{block}.{name}")];

    private static IEnumerable<string> Leaves(Type record, string path) =>
        OptionsWriter.Properties(record).SelectMany(property =>
        {
            string key = $"{path}.{OptionsWriter.Key(property.Name)}";
            bool inner = property.PropertyType is { IsClass: true, Namespace: "ActorBalancer.Options" };
            return inner ? Leaves(property.PropertyType, key) : [key];
        });

    private static string[] Read()
    {
        using Stream stream = typeof(BalancerConfiguration).Assembly.GetManifestResourceStream("ActorBalancer.reference.conf")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n');
    }

    [GeneratedRegex(@"\.\d+$")]
    private static partial Regex Index();
}
