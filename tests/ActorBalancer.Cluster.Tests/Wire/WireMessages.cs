using System.Runtime.Serialization;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Load;
using ActorBalancer.Wire;
using ActorBalancer.Work;

namespace ActorBalancer.Cluster.Tests.Wire;

/// <summary>Every type that crosses nodes, and what tests do with its bytes.</summary>
internal static class WireMessages
{
    // The serializer uses its actor system for nothing.
    public static BalancerSerializer Serializer { get; } = new(null!);

    /// <summary>Those of the link, and whatever implements the gateway's protocol.</summary>
    public static IReadOnlyList<Type> All { get; } =
    [
        typeof(AssignBatch), typeof(WorkerReport), typeof(WorkerHello), typeof(RouterWelcome), typeof(NodeSample), typeof(RunProgress),
        .. typeof(IGatewayProtocol).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(IGatewayProtocol)) && !t.IsInterface),
    ];

    public static T RoundTrip<T>(T message)
        where T : notnull => (T)Serializer.FromBinary(Serializer.ToBinary(message), Serializer.Manifest(message));

    /// <summary>The sections of a message by their tags.</summary>
    public static List<(byte Tag, byte[] Bytes)> Sections(byte[] message)
    {
        List<(byte, byte[])> sections = [];
        int at = 1;
        while (at < message.Length)
        {
            byte tag = message[at++];
            Assert.True(Varint.TryRead(message, ref at, out ulong length));
            sections.Add((tag, message[at..(at + (int)length)]));
            at += (int)length;
        }
        return sections;
    }

    public static byte[] Join(IEnumerable<(byte Tag, byte[] Bytes)> sections)
    {
        List<byte> message = [WireFormat.Version];
        foreach ((byte tag, byte[] bytes) in sections)
        {
            byte[] length = new byte[Varint.MaxBytes];
            int size = 0;
            Varint.Write(length, ref size, (ulong)bytes.Length);
            message.Add(tag);
            message.AddRange(length[..size]);
            message.AddRange(bytes);
        }
        return [.. message];
    }

    /// <summary>True when the bytes were read, false when they were refused in the one way that is allowed.</summary>
    public static bool IsRead(byte[] bytes, string manifest)
    {
        try
        {
            Serializer.FromBinary(bytes, manifest);
            return true;
        }
        catch (SerializationException)
        {
            return false;
        }
    }
}
