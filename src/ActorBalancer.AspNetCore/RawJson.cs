using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using ActorBalancer.AspNetCore.Reading;

namespace ActorBalancer.AspNetCore;

/// <summary>Bytes that stand in an answer as they are, since they are JSON; null where they are not.</summary>
[JsonConverter(typeof(Converter))]
internal readonly record struct RawJson(ReadOnlyMemory<byte> Bytes)
{
    private bool IsJson()
    {
        if (Bytes.IsEmpty || !Utf8.IsValid(Bytes.Span))
            return false;
        try
        {
            Utf8JsonReader reader = new(Bytes.Span, StrictJson.Options);
            while (reader.Read())
            {
                // Only whether it can be read to its end.
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public sealed class Converter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Answers are only written.");

        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options)
        {
            if (value.IsJson())
                writer.WriteRawValue(value.Bytes.Span, skipInputValidation: true);
            else
                writer.WriteNullValue();
        }
    }
}
