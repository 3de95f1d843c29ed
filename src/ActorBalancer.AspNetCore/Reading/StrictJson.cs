using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace ActorBalancer.AspNetCore.Reading;

/// <summary>Finds what a lenient reader of JSON would repair or overlook, before anything is read from the text.</summary>
internal static class StrictJson
{
    /// <summary>Levels of objects and arrays, the outermost included.</summary>
    public const int MaxDepth = 64;

    public static JsonReaderOptions Options => new() { MaxDepth = MaxDepth };

    /// <summary>Null, or what is wrong with the text as a whole; then it is one JSON object of well-formed Unicode.</summary>
    public static string? Fault(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return "The text is empty, and must be a JSON object.";
        if (text.StartsWith("\uFEFF"u8))
            return "The text begins with a byte order mark: leave that out.";
        if (!Utf8.IsValid(text))
            return "The text is not well-formed UTF-8.";
        Utf8JsonReader reader = new(text, Options);
        try
        {
            bool isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            do
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                    && reader.ValueIsEscaped && HasLoneSurrogate(reader.ValueSpan))
                {
                    return "The text has a lone surrogate: send well-formed Unicode.";
                }
            }
            while (reader.Read());
            return isObject ? null : "The text must be a JSON object.";
        }
        catch (JsonException e)
        {
            return reader.CurrentDepth >= MaxDepth && e.Message.Contains("depth", StringComparison.Ordinal)
                ? $"The text nests deeper than {MaxDepth} levels."
                : $"The text is no JSON, at byte {reader.BytesConsumed.ToString(CultureInfo.InvariantCulture)} or soon after it.";
        }
    }

    /// <summary>Of a string's bytes as they stand between the quotes, which the reader has found to be well-formed.</summary>
    private static bool HasLoneSurrogate(ReadOnlySpan<byte> text)
    {
        bool expectsLow = false;
        for (int i = 0; i < text.Length; i++)
        {
            int unit = -1;
            if (text[i] == '\\')
            {
                if (text[i + 1] == 'u')
                {
                    unit = int.Parse(text.Slice(i + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                    i += 5;
                }
                else
                {
                    i++;
                }
            }
            bool isLow = unit is >= 0xDC00 and <= 0xDFFF;
            if (isLow != expectsLow)
                return true;
            expectsLow = unit is >= 0xD800 and <= 0xDBFF;
        }
        return expectsLow;
    }
}
