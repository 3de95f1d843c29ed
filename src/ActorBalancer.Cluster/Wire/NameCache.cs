using System.IO.Hashing;

namespace ActorBalancer.Wire;

/// <summary>
/// Names that came before, so that a kind does not make a new string in every batch. Direct-mapped and bounded; a
/// collision replaces. Entries are immutable and their references are swapped whole, so any thread may use it.
/// </summary>
internal sealed class NameCache
{
    public const int Entries = 1024;

    // Queues and kinds have at most 64 characters; anything much longer is no name and not kept.
    public const int LongestBytes = 128;

    private readonly Entry?[] _entries = new Entry?[Entries];

    /// <summary>The text of these bytes, known or made by <paramref name="decode"/>.</summary>
    public string Get(ReadOnlySpan<byte> utf8, Func<ReadOnlySpan<byte>, string> decode)
    {
        if (utf8.Length > LongestBytes)
            return decode(utf8);
        ref Entry? place = ref _entries[(int)(XxHash3.HashToUInt64(utf8) & (Entries - 1))];
        Entry? entry = Volatile.Read(ref place);
        if (entry is not null && utf8.SequenceEqual(entry.Utf8))
            return entry.Text;
        string text = decode(utf8);
        Volatile.Write(ref place, new Entry(utf8.ToArray(), text));
        return text;
    }

    private sealed record Entry(byte[] Utf8, string Text);
}
