using System.Globalization;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.Wire;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>
/// What the balancer needs of somebody else's ActorSystem. It changes nothing there: it adapts to what it finds, or names
/// the line to add.
/// </summary>
internal sealed record GuestCheck
{
    public const string DrainKey = "akka.coordinated-shutdown.phases." + AkkaSettings.DrainPhase + ".timeout";
    private const string FrameKey = "akka.remote.dot-netty.tcp.maximum-frame-size";
    private const string DowningKey = "akka.cluster.downing-provider-class";
    private const string PubSubRoleKey = "akka.cluster.pub-sub.role";
    private const string VerifyKey = "akka.actor.serialize-messages";
    private const int SmallestBatch = 16 << 10;
    private static readonly TimeSpan DrainMargin = TimeSpan.FromSeconds(1);

    public required IReadOnlyList<ConfigurationError> Faults { get; init; }

    /// <summary>The options with batches that fit the frame and a drain that fits its phase.</summary>
    public required BalancerOptions Adapted { get; init; }

    public required int FrameSize { get; init; }

    /// <summary>Where the ActorSystem listens, and so our life port.</summary>
    public required string Bind { get; init; }

    public static GuestCheck Of(ActorSystem system, BalancerOptions options)
    {
        Config config = system.Settings.Config;
        List<ConfigurationError> faults = [];
        string provider = config.GetString("akka.actor.provider");
        if (provider != "cluster" && !provider.Contains("Akka.Cluster.ClusterActorRefProvider", StringComparison.Ordinal))
        {
            faults.Add(new("akka.actor.provider", provider, "must be cluster; add: akka.actor.provider = cluster"));
            return new() { Faults = faults, Adapted = options, FrameSize = 0, Bind = "" };
        }

        AddSerializer(config, faults);
        if (config.GetBoolean(VerifyKey))
            faults.Add(new(VerifyKey, "on", $"would write messages that never leave their node; add: {VerifyKey} = off"));
        if (Akka.Cluster.Cluster.Get(system).DowningProvider is NoDowning)
        {
            const string Line = DowningKey + " = \"Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster\"";
            faults.Add(new(DowningKey, config.GetString(DowningKey), $"is none, so a worker that falls silent keeps its jobs for ever; add: {Line}"));
        }

        string[] wanted = [.. options.Roles.Select(r => r == NodeRoles.Router ? options.RoleNames.Router : options.RoleNames.Worker)];
        // Whoever lacks it is left out of what the nodes tell each other of their load.
        if (config.GetString(PubSubRoleKey) is { Length: > 0 } pubSub)
            wanted = [.. wanted, pubSub];
        string[] has = [.. config.GetStringList("akka.cluster.roles")];
        if (wanted.Except(has).Any())
        {
            string all = string.Join(", ", has.Union(wanted).Select(r => $"\"{r}\""));
            faults.Add(new("akka.cluster.roles", $"[{string.Join(", ", has)}]", $"lacks a role that this node needs; add: akka.cluster.roles = [{all}]"));
        }

        int frame = (int)Math.Min(config.GetByteSize(FrameKey) ?? 0, int.MaxValue);
        int spare = frame - (AkkaSettings.LargestFrame(options) - options.Router.BatchBytes);
        if (spare < SmallestBatch)
        {
            string line = string.Create(CultureInfo.InvariantCulture, $"{FrameKey} = {AkkaSettings.LargestFrame(options)}b");
            faults.Add(new(FrameKey, config.GetString(FrameKey), $"is too small for the largest job: it would be lost on the way. Add: {line}, or lower actorbalancer.limits"));
        }

        // A phase ends at its time-out whatever still runs in it, so the drain has to be over before.
        TimeSpan phase = CoordinatedShutdown.Get(system).Timeout(AkkaSettings.DrainPhase);
        TimeSpan drain = options.Worker.Drain + DrainMargin <= phase ? options.Worker.Drain : phase - DrainMargin;
        BalancerOptions adapted = options with
        {
            Router = options.Router with { BatchBytes = Math.Min(options.Router.BatchBytes, Math.Max(spare, SmallestBatch)) },
            Worker = options.Worker with { Drain = drain > TimeSpan.Zero ? drain : TimeSpan.Zero },
        };
        string? bind = config.GetString("akka.remote.dot-netty.tcp.hostname");
        return new() { Faults = faults, Adapted = adapted, FrameSize = frame, Bind = string.IsNullOrEmpty(bind) ? "0.0.0.0" : bind };
    }

    /// <summary>
    /// <see cref="ActorBalancerAkka.WithActorBalancer"/> adds it, but the application may have replaced its configuration afterwards.
    /// </summary>
    private static void AddSerializer(Config config, List<ConfigurationError> faults)
    {
        foreach ((string block, string key, string value) in WireSettings.Lines)
        {
            string? found = config.GetConfig(block)?.AsEnumerable().FirstOrDefault(entry => entry.Key == key).Value?.GetString();
            if (found != value)
                faults.Add(new($"{block}.{key}", found, $"must be {value} for the balancer's own messages; add: {block} {{ \"{key}\" = \"{value}\" }}"));
        }
    }
}
