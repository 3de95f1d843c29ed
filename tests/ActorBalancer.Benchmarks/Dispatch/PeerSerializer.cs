using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using static ActorBalancer.Benchmarks.Dispatch.IPeerProtocol;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>The peer's serializer, written by hand: fixed fields and the payload's bytes, nothing else.</summary>
public sealed class PeerSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const int Number = sizeof(long);

    /// <summary>What an ActorSystem must be told.</summary>
    internal static string Wiring { get; } = $$"""
        akka.actor {
          serializers.peer = "{{Name(typeof(PeerSerializer))}}"
          serialization-identifiers { "{{Name(typeof(PeerSerializer))}}" = 8700 }
          serialization-bindings { "{{Name(typeof(IPeerProtocol))}}" = peer }
        }
        """;

    /// <inheritdoc/>
    public override int Identifier => 8700;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        Job => "j",
        Result => "r",
        Jobs => "J",
        Results => "R",
        _ => throw new SerializationException($"{o.GetType()} is not the peer's."),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => obj switch
    {
        Job m => Write(m.Number, m.Payload),
        Result m => Write(m),
        Jobs m => Write(m.First, m.Payloads),
        Results m => Write(m),
        _ => throw new SerializationException($"{obj.GetType()} is not the peer's."),
    };

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        long number = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        return manifest switch
        {
            "j" => new Job(number, bytes.AsMemory(Number)),
            "r" => new Result(number, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(Number))),
            "J" => new Jobs(number, Cut(bytes.AsMemory(Number))),
            "R" => new Results(number, MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan(Number)).ToArray()),
            _ => throw new SerializationException($"'{manifest}' is not the peer's."),
        };
    }

    // All payloads of the benchmark have one size, so that the peer need not even write lengths.
    private static byte[] Write(long first, params ReadOnlySpan<ReadOnlyMemory<byte>> payloads)
    {
        byte[] bytes = new byte[Number + payloads.Length * Payloads.Size];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, first);
        for (int i = 0; i < payloads.Length; i++)
            payloads[i].Span.CopyTo(bytes.AsSpan(Number + i * Payloads.Size));
        return bytes;
    }

    private static byte[] Write(Result result)
    {
        byte[] bytes = new byte[Number + sizeof(ulong)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, result.Number);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Number), result.Hash);
        return bytes;
    }

    private static byte[] Write(Results results)
    {
        byte[] bytes = new byte[Number + results.Hashes.Length * sizeof(ulong)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, results.First);
        MemoryMarshal.AsBytes<ulong>(results.Hashes).CopyTo(bytes.AsSpan(Number));
        return bytes;
    }

    private static ReadOnlyMemory<byte>[] Cut(ReadOnlyMemory<byte> payloads)
    {
        ReadOnlyMemory<byte>[] cut = new ReadOnlyMemory<byte>[payloads.Length / Payloads.Size];
        for (int i = 0; i < cut.Length; i++)
            cut[i] = payloads.Slice(i * Payloads.Size, Payloads.Size);
        return cut;
    }

    private static string Name(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
