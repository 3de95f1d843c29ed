using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace ActorBalancer.Wire;

/// <summary>
/// Stands in for a serializer of Akka's that would build a type named by its peer, under that serializer's number, and
/// refuses both directions. It is asked for a manifest as text, so that Akka does not look the name up first.
/// </summary>
internal sealed class RefusingSerializer(ExtendedActorSystem system, Config settings) : SerializerWithStringManifest(system)
{
    /// <summary>The number that it takes over.</summary>
    public override int Identifier { get; } = settings.GetInt("identifier");

    /// <inheritdoc/>
    public override string Manifest(object o) => throw Refused(o);

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => throw Refused(obj);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) =>
        throw new SerializationException(
            $"Refused an inbound message for serializer {Identifier} with manifest '{manifest}': it would build a type named by its peer.");

    private SerializationException Refused(object message) =>
        new($"Refused to send a {message.GetType()} through serializer {Identifier}: bind the type to a serializer with closed manifests.");
}
