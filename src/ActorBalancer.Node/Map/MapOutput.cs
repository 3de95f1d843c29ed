using System.Buffers;
using System.Text;
using ActorBalancer.Node.Kinds;

namespace ActorBalancer.Node.Map;

/// <summary>
/// Writes what each command wrote, whole: standard output as it is, standard error with the item before each line. As commands
/// end, or in the order of the items.
/// </summary>
/// <param name="keepOrder">In the order of the items.</param>
/// <param name="results">Writes to standard output.</param>
/// <param name="errors">Writes to standard error.</param>
internal sealed class MapOutput(bool keepOrder, Action<ReadOnlyMemory<byte>> results, Action<ReadOnlyMemory<byte>> errors)
{
    private const int ShownBytes = 200;

    private readonly Dictionary<long, Ended> _held = [];

    /// <summary>Items whose end is written.</summary>
    public long Written { get; private set; }

    /// <summary>Bytes that wait for an item before them.</summary>
    public long HeldBytes { get; private set; }

    /// <param name="item">Whose end it is.</param>
    /// <param name="report">What the command wrote; null: it did not come to that.</param>
    /// <param name="error">Why it counts as failed; null: it does not.</param>
    public void Add(MapItem item, ExecReport? report, string? error)
    {
        Ended ended = new(report?.Output ?? default, Errors(item, report?.Error ?? default, error));
        if (!keepOrder)
        {
            Write(ended);
            return;
        }
        _held.Add(item.Index, ended);
        HeldBytes += ended.Bytes;
        while (_held.Remove(Written, out Ended? next))
        {
            HeldBytes -= next.Bytes;
            Write(next);
        }
    }

    private void Write(Ended ended)
    {
        if (!ended.Output.IsEmpty)
            results(ended.Output);
        if (!ended.Errors.IsEmpty)
            errors(ended.Errors);
        Written++;
    }

    private static ReadOnlyMemory<byte> Errors(MapItem item, ReadOnlyMemory<byte> text, string? error)
    {
        if (text.IsEmpty && error is null)
            return default;
        byte[] name = [.. NameOf(item.Bytes), .. ": "u8];
        ArrayBufferWriter<byte> lines = new();
        ReadOnlySpan<byte> rest = text.Span;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'\n');
            Line(rest[..(end < 0 ? rest.Length : end)]);
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        if (error is not null)
            Line(Encoding.UTF8.GetBytes(error));
        return lines.WrittenMemory;

        void Line(ReadOnlySpan<byte> line)
        {
            lines.Write(name);
            lines.Write(line);
            lines.Write("\n"u8);
        }
    }

    /// <summary>On one line and harmless to a terminal.</summary>
    private static List<byte> NameOf(byte[] item)
    {
        List<byte> name = [];
        foreach (byte b in item.AsSpan(0, Math.Min(item.Length, ShownBytes)))
        {
            if (b is >= 0x20 and not 0x7F)
                name.Add(b);
            else
                name.AddRange(b == '\n' ? "\\n"u8 : b == '\t' ? "\\t"u8 : Encoding.ASCII.GetBytes($"\\x{b:x2}"));
        }
        if (item.Length > ShownBytes)
            name.AddRange("..."u8);
        return name;
    }

    private sealed record Ended(ReadOnlyMemory<byte> Output, ReadOnlyMemory<byte> Errors)
    {
        public long Bytes => Output.Length + Errors.Length;
    }
}
