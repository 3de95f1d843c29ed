using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Serialization;
using Akka.Serialization;

namespace ActorBalancer.Wire;

/// <summary>
/// Akka's serializer of system messages, narrowed to death watch. The others belong to children deployed on another node
/// and carry exceptions, which Akka builds by the type's name.
/// </summary>
internal sealed class ClosedSystemSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string WatchManifest = "Akka.Dispatch.SysMsg.Watch, Akka";
    private const string UnwatchManifest = "Akka.Dispatch.SysMsg.Unwatch, Akka";
    private const string TerminatedManifest = "Akka.Dispatch.SysMsg.DeathWatchNotification, Akka";

    private readonly SystemMessageSerializer _akka = new(system);

    /// <summary>The number of Akka's own.</summary>
    public override int Identifier => 22;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        Watch => WatchManifest,
        Unwatch => UnwatchManifest,
        DeathWatchNotification => TerminatedManifest,
        _ => throw new SerializationException($"Refused to send the system message {o.GetType()}: nothing is deployed on other nodes."),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        Manifest(obj);
        return _akka.ToBinary(obj);
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        WatchManifest => _akka.FromBinary(bytes, typeof(Watch)),
        UnwatchManifest => _akka.FromBinary(bytes, typeof(Unwatch)),
        TerminatedManifest => _akka.FromBinary(bytes, typeof(DeathWatchNotification)),
        _ => throw new SerializationException($"Refused an inbound system message with manifest '{manifest}': nothing is deployed on other nodes."),
    };
}
