using System.Text;
using System.Text.Json;

namespace ActorBalancer.Node.Kinds;

/// <summary>Bytes in a JSON payload: a text stands for its UTF-8, <c>{"b64":"..."}</c> for bytes that are no text.</summary>
internal static class PayloadBytes
{
    /// <exception cref="FormatException">It is neither.</exception>
    /// <exception cref="InvalidOperationException">It is of another type, or a text with half a surrogate pair.</exception>
    public static byte[] Read(JsonElement value, string usage)
    {
        if (value.ValueKind == JsonValueKind.String)
            return Encoding.UTF8.GetBytes(value.GetString()!);
        return value.EnumerateObject().ToArray() is [{ Name: "b64" } only] && only.Value.TryGetBytesFromBase64(out byte[]? bytes)
            ? bytes
            : throw new FormatException(usage);
    }
}
