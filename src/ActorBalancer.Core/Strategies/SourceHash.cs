using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text;

namespace ActorBalancer.Strategies;

/// <summary>
/// The one hash for sources, job ids and worker names: equal in every process, on every machine and .NET version, so
/// it may be stored and compared between nodes. SipHash-2-4 (Aumasson, Bernstein, "SipHash: a fast short-input
/// PRF", INDOCRYPT 2012) under a fixed key.
/// </summary>
public static class SourceHash
{
    private const ulong Key0 = 0x6163746F7262616C;
    private const ulong Key1 = 0x616E6365722E6E65;

    /// <summary>
    /// The hash of a source's or worker's text as UTF-8. All spellings of one IPv6 address hash alike, and an IPv4 address
    /// inside IPv6 (<c>::ffff:192.0.2.1</c>) hashes as its IPv4 text. Does not allocate unless the text looks like an
    /// IPv6 address.
    /// </summary>
    public static ulong Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Of(text.AsSpan());
    }

    /// <inheritdoc cref="Of(string)"/>
    public static ulong Of(ReadOnlySpan<char> text)
    {
        if (MayBeIPv6(text) && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
            Span<byte> canonical = stackalloc byte[64];
            address.TryFormat(canonical, out int length);
            return SipHash(Key0, Key1, canonical[..length]);
        }

        return OfUtf16(text);
    }

    /// <summary>The hash of a job's id: the source of a job that names none.</summary>
    public static ulong Of(long jobId)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, jobId);
        return SipHash(Key0, Key1, bytes);
    }

    private static ulong OfUtf16(ReadOnlySpan<char> text)
    {
        const int onStack = 256;
        if (text.Length <= onStack)
        {
            Span<byte> bytes = stackalloc byte[onStack * 3];
            return SipHash(Key0, Key1, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        ulong hash = SipHash(Key0, Key1, rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    private static bool MayBeIPv6(ReadOnlySpan<char> text) =>
        text.Length is >= 2 and <= 45 && text.Contains(':') && text.IndexOfAnyExcept(AddressChars) < 0;

    private static readonly SearchValues<char> AddressChars = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>SipHash-2-4 of the bytes under the 128-bit key, as in the paper's reference code.</summary>
    internal static ulong SipHash(ulong key0, ulong key1, ReadOnlySpan<byte> bytes)
    {
        ulong v0 = key0 ^ 0x736F6D6570736575;
        ulong v1 = key1 ^ 0x646F72616E646F6D;
        ulong v2 = key0 ^ 0x6C7967656E657261;
        ulong v3 = key1 ^ 0x7465646279746573;
        ulong last = (ulong)bytes.Length << 56;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            v3 ^= word;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
        }

        for (int i = 0; i < bytes.Length; i++) last |= (ulong)bytes[i] << (8 * i);
        v3 ^= last;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xFF;
        for (int i = 0; i < 4; i++) Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
