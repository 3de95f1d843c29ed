using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace ActorBalancer.Node.Map;

/// <summary>The command with its holes: every <c>{}</c> in its arguments, or one more at its end if there is none.</summary>
internal sealed class CommandTemplate
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IReadOnlyList<byte[]> _parts;

    private readonly IReadOnlyList<string> _unset;

    /// <param name="command">The program and its arguments; the program has no hole.</param>
    /// <param name="unset">Variables of the worker that are not the command's.</param>
    public CommandTemplate(IReadOnlyList<byte[]> command, IEnumerable<string> unset)
    {
        _unset = [.. unset];
        _parts = command.Any(p => p.AsSpan().IndexOf("{}"u8) >= 0) ? command : [.. command, "{}"u8.ToArray()];
    }

    /// <summary>The payload of an <c>exec</c> job that runs the command for this item, and reports whatever its exit code.</summary>
    public byte[] PayloadFor(ReadOnlySpan<byte> item)
    {
        ArrayBufferWriter<byte> payload = new();
        using Utf8JsonWriter json = new(payload, Relaxed);
        json.WriteStartObject();
        json.WriteStartArray("argv");
        foreach (byte[] part in _parts)
            Write(json, Fill(part, item));
        json.WriteEndArray();
        if (_unset.Count > 0)
        {
            json.WriteStartObject("env");
            foreach (string name in _unset)
                json.WriteNull(name);
            json.WriteEndObject();
        }
        json.WriteBoolean("retry", false);
        json.WriteBoolean("report", true);
        json.WriteEndObject();
        json.Flush();
        return payload.WrittenSpan.ToArray();
    }

    internal static byte[] Fill(byte[] part, ReadOnlySpan<byte> item)
    {
        ReadOnlySpan<byte> rest = part;
        if (rest.IndexOf("{}"u8) < 0)
            return part;
        ArrayBufferWriter<byte> filled = new();
        int hole;
        while ((hole = rest.IndexOf("{}"u8)) >= 0)
        {
            filled.Write(rest[..hole]);
            filled.Write(item);
            rest = rest[(hole + 2)..];
        }
        filled.Write(rest);
        return filled.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, byte[] argument)
    {
        if (Utf8.IsValid(argument))
        {
            json.WriteStringValue(argument);
            return;
        }
        json.WriteStartObject();
        json.WriteBase64String("b64", argument);
        json.WriteEndObject();
    }
}
