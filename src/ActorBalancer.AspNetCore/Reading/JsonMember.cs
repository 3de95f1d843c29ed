using System.Text.Json;

namespace ActorBalancer.AspNetCore.Reading;

/// <summary>Reads the value of one member; the answer is null or what is wrong with it.</summary>
internal static class JsonMember
{
    public static string? Text(string name, ref Utf8JsonReader reader, Action<string> set)
    {
        if (reader.TokenType != JsonTokenType.String)
            return $"'{name}' must be a string.";
        set(reader.GetString()!);
        return null;
    }

    /// <summary>A number without fraction and exponent.</summary>
    public static string? Whole(string name, ref Utf8JsonReader reader, int min, int max, Action<int> set)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int value) || value < min || value > max)
            return $"'{name}' must be a whole number, {min} to {max}.";
        set(value);
        return null;
    }

    public static string? Seconds(string name, ref Utf8JsonReader reader, TimeSpan max, bool mayBeZero, Action<TimeSpan> set)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out double value)
            || !(mayBeZero ? value >= 0 : value > 0) || value > max.TotalSeconds)
        {
            return $"'{name}' must be a number of seconds, {(mayBeZero ? "0" : "above 0")} to {max.TotalSeconds}.";
        }

        // Rounded up, since what is above zero must stay so.
        set(new TimeSpan((long)Math.Ceiling(value * TimeSpan.TicksPerSecond)));
        return null;
    }

    public static string? Time(string name, ref Utf8JsonReader reader, Action<DateTimeOffset> set)
    {
        if (reader.TokenType != JsonTokenType.String || !Rfc3339.TryParse(reader.GetString(), out DateTimeOffset time))
            return $"'{name}' must be a time as RFC 3339 has it, with Z or an offset: 2030-01-31T12:00:00Z.";
        set(time);
        return null;
    }
}
