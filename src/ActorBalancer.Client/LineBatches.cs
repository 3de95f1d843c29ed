namespace ActorBalancer.Client;

/// <summary>
/// Cuts a stream of lines into bodies that the API takes whole or not at all: at most a thousand lines, and no more bytes than
/// are kept in memory at a time.
/// </summary>
internal static class LineBatches
{
    private const int MostLines = 1_000;
    private const int MostBytes = 4 << 20;

    public static async IAsyncEnumerable<(int Lines, ReadOnlyMemory<byte> Text)> ReadAsync(
        Stream lines, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        byte[] buffer = new byte[64 << 10];
        int held = 0;
        while (true)
        {
            if (held == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            int read = await lines.ReadAsync(buffer.AsMemory(held), cancellation);
            held += read;
            bool end = read == 0;
            int from = 0;
            while (Cut(buffer.AsSpan(from, held - from), end) is { Lines: > 0 } cut)
            {
                yield return (cut.Lines, buffer.AsMemory(from, cut.Bytes).ToArray());
                from += cut.Bytes;
            }
            if (end)
                yield break;
            buffer.AsSpan(from, held - from).CopyTo(buffer);
            held -= from;
        }
    }

    /// <summary>The next batch at the front of <paramref name="text"/>; none while it may still grow.</summary>
    private static (int Lines, int Bytes) Cut(ReadOnlySpan<byte> text, bool end)
    {
        int lines = 0;
        int bytes = 0;
        while (lines < MostLines)
        {
            int length = text[bytes..].IndexOf((byte)'\n') + 1;
            if (length == 0)
                break;
            if (lines > 0 && bytes + length > MostBytes)
                return (lines, bytes);
            (lines, bytes) = (lines + 1, bytes + length);
        }
        if (lines == MostLines || bytes > MostBytes)
            return (lines, bytes);
        return !end ? (0, 0) : bytes < text.Length && lines < MostLines ? (lines + 1, text.Length) : (lines, bytes);
    }
}
