using System.Buffers.Binary;
using System.Text;

namespace ActorBalancer.Wire;

/// <summary>The strings of a message while it is read; index 0 is null.</summary>
internal readonly struct WireStrings(string?[] names, string?[] texts)
{
    private static readonly string?[] s_none = [null];
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Func<ReadOnlySpan<byte>, string> s_decode = static bytes => s_utf8.GetString(bytes);

    public string?[] Names { get; } = names;

    public string?[] Texts { get; } = texts;

    public static string?[] Read(ReadOnlySpan<byte> section, string message, NameCache? cache)
    {
        if (section.IsEmpty)
            return s_none;
        int at = 0;
        if (!Varint.TryRead(section, ref at, out ulong count) || count > (ulong)(section.Length - at))
            throw WireFormat.Malformed(message, $"its table of strings counts {count} in {section.Length} bytes");
        string?[] table = new string?[(int)count + 1];
        for (int i = 1; i < table.Length; i++)
        {
            if (!Varint.TryRead(section, ref at, out ulong head) || head >> 1 > (ulong)(section.Length - at))
                throw WireFormat.Malformed(message, $"string {i} ends after its table");
            ReadOnlySpan<byte> bytes = section.Slice(at, (int)(head >> 1));
            at += bytes.Length;
            table[i] = (head & 1) == 1 ? Wide(bytes, message) : Narrow(bytes, message, cache);
        }
        return table;
    }

    private static string Narrow(ReadOnlySpan<byte> utf8, string message, NameCache? cache)
    {
        try
        {
            return cache is null ? s_utf8.GetString(utf8) : cache.Get(utf8, s_decode);
        }
        catch (DecoderFallbackException)
        {
            throw WireFormat.Malformed(message, "a string is not UTF-8");
        }
    }

    private static string Wide(ReadOnlySpan<byte> utf16, string message)
    {
        if (utf16.Length % sizeof(char) != 0)
            throw WireFormat.Malformed(message, "a string of UTF-16 has an odd number of bytes");
        char[] text = new char[utf16.Length / sizeof(char)];
        for (int i = 0; i < text.Length; i++)
            text[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(utf16[(i * sizeof(char))..]);
        return new string(text);
    }
}
