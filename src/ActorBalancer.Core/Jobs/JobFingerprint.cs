using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ActorBalancer;

/// <summary>
/// Tells whether two submits with one idempotency key ask for the same: a hash over all that the caller said, the payload as its JSON means it.
/// White space, the order of members, escapes and ways to write a number do not count.
/// </summary>
internal static class JobFingerprint
{
    // Deeper than what the gate lets in.
    private const int MaxDepth = 128;

    /// <param name="job">As asked for.</param>
    /// <param name="source">What the caller gave, not what stands in for it.</param>
    /// <param name="delay">What the caller gave: the time that follows from it differs with every try.</param>
    public static UInt128 Of(JobRequest job, string? source, TimeSpan? delay)
    {
        ArrayBufferWriter<byte> text = new(job.Payload.Length + 128);
        Text(text, job.Kind);
        Text(text, job.Queue);
        Text(text, source);
        Number(text, job.Priority);
        Number(text, delay?.Ticks ?? -1);
        Number(text, delay is null ? job.RunAt?.UtcTicks ?? -1 : -1);
        Number(text, job.TimeLimit?.Ticks ?? -1);
        Number(text, job.Attempts ?? -1);
        Payload(text, job.Payload);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text.WrittenSpan, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private static void Payload(ArrayBufferWriter<byte> text, ReadOnlyMemory<byte> payload)
    {
        ArrayBufferWriter<byte> meant = new(payload.Length + 16);
        try
        {
            using JsonDocument json = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = MaxDepth });
            Value(meant, json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Payloads are JSON by custom only; any other is what its bytes are. The parser finds broken UTF-8 and half a surrogate pair
            // only when the string is wanted.
            text.Write("!"u8);
            text.Write(payload.Span);
            return;
        }
        text.Write(meant.WrittenSpan);
    }

    private static void Value(ArrayBufferWriter<byte> text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Write("{"u8);
                // Stable, so that of two members of one name the first stays the first.
                foreach (JsonProperty member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    Text(text, member.Name);
                    Value(text, member.Value);
                }
                text.Write("}"u8);
                break;
            case JsonValueKind.Array:
                text.Write("["u8);
                foreach (JsonElement item in value.EnumerateArray())
                    Value(text, item);
                text.Write("]"u8);
                break;
            case JsonValueKind.String:
                text.Write("s"u8);
                Text(text, value.GetString());
                break;
            case JsonValueKind.Number:
                text.Write("n"u8);
                Text(text, Plain(value.GetRawText()));
                break;
            default:
                text.Write(value.ValueKind switch { JsonValueKind.True => "t"u8, JsonValueKind.False => "f"u8, _ => "0"u8 });
                break;
        }
    }

    /// <summary>A number's digits without zeros at either end, and the power of ten of the last one: 1.50, 15e-1 and 0.15E1 are the same.</summary>
    private static string Plain(string number)
    {
        int e = number.AsSpan().IndexOfAny('e', 'E');
        string mantissa = e < 0 ? number : number[..e];
        System.Numerics.BigInteger power = e < 0
            ? System.Numerics.BigInteger.Zero
            : System.Numerics.BigInteger.Parse(number.AsSpan(e + 1), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture);
        bool negative = mantissa[0] == '-';
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string digits = mantissa.Replace("-", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal);
        if (point >= 0)
            power -= mantissa.Length - point - 1;
        string trimmed = digits.TrimStart('0').TrimEnd('0');
        if (trimmed.Length == 0)
            return "0";
        power += digits.Length - digits.TrimEnd('0').Length;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(negative ? "-" : "")}{trimmed}e{power}");
    }

    // Lengths stand before texts, so that no two lists of fields read alike.
    private static void Text(ArrayBufferWriter<byte> text, string? value)
    {
        Number(text, value is null ? -1 : Encoding.UTF8.GetByteCount(value));
        if (value is not null)
            Encoding.UTF8.GetBytes(value, text);
    }

    private static void Number(ArrayBufferWriter<byte> text, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(text.GetSpan(sizeof(long)), value);
        text.Advance(sizeof(long));
    }
}
