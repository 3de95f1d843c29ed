using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
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

    private const string FrameKey = "akka.remote.dot-netty.tcp.maximum-frame-size";
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
    /// <exception cref="BalancerConfigurationException">The user's block lowers the frame limit below what the options need.</exception>
    public static Config For(BalancerOptions options, Config user)
    {
        Config settings = For(options);
        Config merged = user.IsEmpty ? settings : user.WithFallback(settings);
        long? frame = merged.GetByteSize(FrameKey);
        int needed = LargestFrame(options);
        return frame >= needed ? merged : throw new BalancerConfigurationException(
        [
            new ConfigurationError(FrameKey, merged.GetString(FrameKey), $"must be at least {needed} for limits and router.batch-bytes as they are set"),
        ]);
    }

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
        string seeds = string.Join(", ", options.Seeds.Select(seed => $"\"akka.tcp://{SystemName}@{seed}\""));
        TimeSpan drain = options.Worker.Drain + TimeSpan.FromSeconds(5);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            akka {
              remote.dot-netty.tcp {
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
