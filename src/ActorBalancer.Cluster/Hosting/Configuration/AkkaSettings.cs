using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using ActorBalancer.Cluster.Tls;
using ActorBalancer.Options;
using ActorBalancer.Wire;

namespace ActorBalancer.Hosting;

/// <summary>
/// The Akka settings of our own executable: <c>hocon/akka.conf</c> and what follows from the options. Seeds are only set
/// where the options name some; a router without any joins itself, once it knows its port.
/// </summary>
internal static class AkkaSettings
{
    /// <summary>The name of the ActorSystem; members of one cluster must agree on it.</summary>
    public const string SystemName = "actorbalancer";

    /// <summary>The phase in which a worker drains, so that it lasts as long as <c>worker.drain</c> says.</summary>
    public const string DrainPhase = CoordinatedShutdown.PhaseServiceRequestsDone;

    private const string TransportKey = "akka.remote.dot-netty.tcp.";
    private const string FrameKey = TransportKey + "maximum-frame-size";

    /// <summary>Keys that decide who reaches the port; each with the key of ours that sets it, behind its own checks.</summary>
    private static readonly (string Key, string Ours)[] Guarded =
    [
        ("akka.remote.enabled-transports", "actorbalancer.remoting.tls"),
        (TransportKey + "transport-class", "actorbalancer.remoting.tls"),
        (TransportKey + "enable-ssl", "actorbalancer.remoting.tls"),
        (TransportKey + "hostname", "actorbalancer.remoting.bind"),
        (TransportKey + "public-hostname", "actorbalancer.remoting.advertised"),
        (TransportKey + "port", "actorbalancer.remoting.port"),
    ];

    private const int Margin = 64 << 10;

    // Kind and queue have at most 64 bytes each, a source 256 characters of at most 3 bytes.
    private const int LongestNames = 1 << 10;

    /// <summary>
    /// The largest frame that a router and a worker may need, in bytes: a full batch, the names in it that a dispatcher does
    /// not count, one job or result of the largest size, and a margin for columns. Gateways cut their batches to it. Akka
    /// drops a larger frame without telling its sender.
    /// </summary>
    public static int LargestFrame(BalancerOptions options) =>
        options.Router.BatchBytes + options.Router.BatchJobs * LongestNames + Math.Max(options.Limits.Payload, options.Limits.Result) + Margin;

    /// <summary>The settings for these options, under the <c>akka</c> block of the user's file.</summary>
    /// <exception cref="BalancerConfigurationException">
    /// The user's block lowers the frame limit below what the options need, or opens the port past the checks of the options.
    /// </exception>
    public static Config For(BalancerOptions options, Config user)
    {
        Config settings = For(options);
        if (user.IsEmpty)
            return settings;
        Config merged = user.WithFallback(settings);
        List<ConfigurationError> errors =
        [
            .. from guarded in Guarded
               where Text(merged, guarded.Key) != Text(settings, guarded.Key)
               select new ConfigurationError(guarded.Key, Text(merged, guarded.Key), $"is set by {guarded.Ours}, which checks it; write it there"),
        ];
        long? frame = merged.GetByteSize(FrameKey);
        int needed = LargestFrame(options);
        if (frame is null || frame < needed)
        {
            errors.Add(new ConfigurationError(
                FrameKey, merged.GetString(FrameKey), $"must be at least {needed} for limits and router.batch-bytes as they are set"));
        }
        return errors.Count == 0 ? merged : throw new BalancerConfigurationException(errors);
    }

    private static string Text(Config config, string key) => config.HasPath(key) ? config.GetValue(key).ToString().Trim('"') : "";

    /// <summary>The settings for these options.</summary>
    public static Config For(BalancerOptions options)
    {
        return ConfigurationFactory.ParseString(FromOptions(options))
            .WithFallback(BalancerConfiguration.Embedded("akka.conf").Akka)
            .WithFallback(WireSettings.NoJson)
            .WithFallback(WireSettings.Serialization)

            // Pub-sub brings its serializers along when it is first used, and then it is too late for them.
            .WithFallback(DistributedPubSub.DefaultConfig());
    }

    private static string FromOptions(BalancerOptions options)
    {
        RemotingOptions remoting = options.Remoting;
        string roles = string.Join(", ", options.Roles.Select(role => $"\"{ClusterRole(role, options.RoleNames)}\""));
        string scheme = remoting.Tls.IsOn ? "akka.ssl.tcp" : "akka.tcp";
        string transport = remoting.Tls.IsOn ? $"transport-class = \"{typeof(TlsTransport).FullName}, {typeof(TlsTransport).Assembly.GetName().Name}\"" : "";
        string seeds = string.Join(", ", options.Seeds.Select(seed => $"\"{scheme}://{SystemName}@{seed}\""));
        TimeSpan drain = options.Worker.Drain + TimeSpan.FromSeconds(5);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            akka {
              remote.dot-netty.tcp {
                {{transport}}
                hostname = "{{remoting.Bind}}"
                public-hostname = "{{remoting.Host}}"
                port = {{remoting.Port}}
                maximum-frame-size = {{LargestFrame(options)}}b
              }
              cluster {
                roles = [{{roles}}]
                seed-nodes = [{{seeds}}]
                split-brain-resolver.keep-majority.role = "{{options.RoleNames.Router}}"
              }
              coordinated-shutdown.phases.{{DrainPhase}}.timeout = {{drain.TotalMilliseconds:0}}ms
            }
            """);
    }

    private static string ClusterRole(string role, RoleNames names) => role == NodeRoles.Router ? names.Router : names.Worker;
}
