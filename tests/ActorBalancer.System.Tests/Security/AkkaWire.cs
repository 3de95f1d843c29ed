using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

namespace ActorBalancer.SystemTests.Security;

/// <summary>Frames of Akka remoting, made by hand as an attacker would, so that nothing of Akka's own stands in the way.</summary>
internal static class AkkaWire
{
    private const ulong NoSequence = ulong.MaxValue;
    private const int AssociateCommand = 1;

    /// <summary>The first frame of a connection: an invented system asks to associate.</summary>
    public static byte[] Associate(int port)
    {
        byte[] origin = Message(o =>
        {
            Text(o, 1, "actorbalancer");
            Text(o, 2, "127.0.0.1");
            o.WriteTag(3, WireFormat.WireType.Varint);
            o.WriteUInt32((uint)port ^ 1);
            Text(o, 4, "akka.tcp");
        });
        byte[] handshake = Message(o =>
        {
            Bytes(o, 1, origin);
            o.WriteTag(2, WireFormat.WireType.Fixed64);
            o.WriteFixed64(4_711);
        });
        byte[] control = Message(o =>
        {
            o.WriteTag(1, WireFormat.WireType.Varint);
            o.WriteEnum(AssociateCommand);
            Bytes(o, 2, handshake);
        });
        return Message(o => Bytes(o, 2, control));
    }

    /// <summary>A message to an actor, through the serializer of this number.</summary>
    public static byte[] Envelope(string recipient, int serializer, string manifest, byte[] body)
    {
        byte[] envelope = Message(o =>
        {
            Bytes(o, 1, Message(path => Text(path, 1, recipient)));
            Bytes(o, 2, Payload(serializer, manifest, body));
            o.WriteTag(5, WireFormat.WireType.Fixed64);
            o.WriteFixed64(NoSequence);
        });
        byte[] container = Message(o => Bytes(o, 2, envelope));
        return Message(o => Bytes(o, 1, container));
    }

    /// <summary>What a message carries, on its own or within another one.</summary>
    public static byte[] Payload(int serializer, string manifest, byte[] body) => Message(o =>
    {
        Bytes(o, 1, body);
        o.WriteTag(2, WireFormat.WireType.Varint);
        o.WriteInt32(serializer);
        Bytes(o, 3, Encoding.UTF8.GetBytes(manifest));
    });

    /// <summary>Within an actor selection, or a published message, the payload is the first field.</summary>
    public static byte[] Nested(byte[] payload, int field = 1) => Message(o => Bytes(o, field, payload));

    /// <summary>The length in front, as the transport wants it.</summary>
    public static byte[] Frame(byte[] message)
    {
        byte[] frame = new byte[4 + message.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, message.Length);
        message.CopyTo(frame, 4);
        return frame;
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using MemoryStream bytes = new();
        using (CodedOutputStream output = new(bytes, leaveOpen: true))
            write(output);
        return bytes.ToArray();
    }

    private static void Text(CodedOutputStream output, int field, string text) => Bytes(output, field, Encoding.UTF8.GetBytes(text));

    private static void Bytes(CodedOutputStream output, int field, byte[] bytes)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }
}
