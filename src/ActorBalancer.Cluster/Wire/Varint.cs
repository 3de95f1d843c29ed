using System.Runtime.CompilerServices;

namespace ActorBalancer.Wire;

/// <summary>
/// Whole numbers in 7-bit groups, lowest first, the top bit saying that more follow; signed ones folded so that small
/// negatives stay short (Protocol Buffers encoding, "Base 128 Varints" and "ZigZag").
/// </summary>
internal static class Varint
{
    public const int MaxBytes = 10;

    public static ulong Fold(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static long Unfold(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(byte[] to, ref int at, ulong value)
    {
        int i = at;
        while (value >= 0x80)
        {
            to[i++] = (byte)(value | 0x80);
            value >>= 7;
        }
        to[i++] = (byte)value;
        at = i;
    }

    /// <summary>False when the bytes end within the number or it has more than 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> from, ref int at, out ulong value)
    {
        if ((uint)at < (uint)from.Length && from[at] < 0x80)
        {
            value = from[at++];
            return true;
        }
        // On copies, so that the caller's position can stay in a register.
        int after = at;
        bool read = TryReadLong(from, ref after, out ulong wide);
        at = after;
        value = wide;
        return read;
    }

    public static int Size(ulong value)
    {
        int size = 1;
        while ((value >>= 7) != 0)
            size++;
        return size;
    }

    private static bool TryReadLong(ReadOnlySpan<byte> from, ref int at, out ulong value)
    {
        value = 0;
        int i = at;
        for (int shift = 0; shift < 70 && (uint)i < (uint)from.Length; shift += 7)
        {
            byte b = from[i++];
            if (shift == 63 && b > 1)
                return false;
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                at = i;
                return true;
            }
        }
        return false;
    }
}
