using System.Globalization;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Load;
using ActorBalancer.Work;
using Akka.Configuration;

namespace ActorBalancer.Wire;

/// <summary>What an ActorSystem must be told about serializers.</summary>
internal static class WireSettings
{
    private const string Own = "actorbalancer";

    /// <summary>The lines that an ActorSystem needs for our messages, each a block, a key and its value.</summary>
    public static IReadOnlyList<(string Block, string Key, string Value)> Lines { get; } =
    [
        ("akka.actor.serializers", Own, Name<BalancerSerializer>()),
        ("akka.actor.serialization-identifiers", Name<BalancerSerializer>(), BalancerSerializer.Id.ToString(CultureInfo.InvariantCulture)),
        .. new[] { Name<IGatewayProtocol>(), Name<AssignBatch>(), Name<WorkerReport>(), Name<WorkerHello>(), Name<RouterWelcome>(), Name<NodeSample>(), Name<RunProgress>() }
            .Select(type => ("akka.actor.serialization-bindings", type, Own)),
    ];

    /// <summary>
    /// Adds our serializer and binds our messages to it; changes nothing else. For every ActorSystem that hosts the
    /// balancer, our own or somebody else's.
    /// </summary>
    public static Config Serialization { get; } = ConfigurationFactory.ParseString(
        string.Join('\n', Lines.Select(line => $"{line.Block} {{ \"{line.Key}\" = \"{line.Value}\" }}")));

    /// <summary>
    /// For our own executable only: no peer can have a type or an actor built. Four of Akka's serializers take a type's
    /// name from the wire and are refused: JSON, the reflective Protocol Buffers one, remote deployment and Akka.Delivery.
    /// Two more do so for some of their messages and are narrowed. Cluster, pub-sub, death watch and coordinated
    /// shutdown need none of these.
    /// </summary>
    public static Config NoJson { get; } = ConfigurationFactory.ParseString($$"""
        akka.actor {
          serializers {
            json = "{{Name<RefusingSerializer>()}}"
            proto = "{{Name<RefusingSerializer>()}}"
            daemon-create = "{{Name<RefusingSerializer>()}}"
            reliable-delivery = "{{Name<RefusingSerializer>()}}"
            akka-misc = "{{Name<ClosedMiscSerializer>()}}"
            akka-system-msg = "{{Name<ClosedSystemSerializer>()}}"
          }
          # The numbers that Akka gives them; a serializer reads its own block.
          serialization-settings {
            json.identifier = 1
            proto.identifier = 2
            daemon-create.identifier = 3
            reliable-delivery.identifier = 36
          }
        }
        """);

    private static string Name<T>() => $"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}";
}
