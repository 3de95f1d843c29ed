using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Remote.Serialization;
using Akka.Serialization;

namespace ActorBalancer.Wire;

/// <summary>
/// Akka's serializer of small messages, narrowed to what cluster and remoting need. The others carry exceptions, which
/// Akka builds by the type's name, or routers for remote deployment.
/// </summary>
internal sealed class ClosedMiscSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private readonly MiscMessageSerializer _akka = new(system);

    /// <summary>The number of Akka's own.</summary>
    public override int Identifier => 16;

    /// <inheritdoc/>
    public override string Manifest(object o)
    {
        string manifest = _akka.Manifest(o);
        return IsOpen(manifest)
            ? manifest
            : throw new SerializationException($"Refused to send a {o.GetType()}: its reader would build a type by name.");
    }

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        Manifest(obj);
        return _akka.ToBinary(obj);
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => IsOpen(manifest)
        ? _akka.FromBinary(bytes, manifest)
        : throw new SerializationException(
            $"Refused an inbound message of Akka's with manifest '{manifest}': it could build a type named by its peer.");

    // Identify and its answer, references, PoisonPill, the remote watcher's heartbeats, Status.Success.
    private static bool IsOpen(string manifest) => manifest is "ID" or "AID" or "AR" or "PP" or "RWHB" or "RWHR" or "STS";
}
