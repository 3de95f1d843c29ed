using System.Globalization;

namespace ActorBalancer.AspNetCore.Reading;

/// <summary>Times as RFC 3339 has them.</summary>
internal static class Rfc3339
{
    private const int DateAndTime = 19;

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string? Format(DateTimeOffset? time) => time is { } known ? Format(known) : null;

    /// <summary>Reads <c>2030-01-31T23:59:59.5Z</c> or with an offset as <c>+01:00</c>, and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length <= DateAndTime || text[4] != '-' || text[7] != '-' || text[10] is not ('T' or 't') || text[13] != ':' || text[16] != ':')
            return false;
        if (!Digits(text[..4], out int year) || !Digits(text[5..7], out int month) || !Digits(text[8..10], out int day)
            || !Digits(text[11..13], out int hour) || !Digits(text[14..16], out int minute) || !Digits(text[17..19], out int second))
        {
            return false;
        }
        ReadOnlySpan<char> rest = text[DateAndTime..];
        long ticks = 0;
        if (rest[0] == '.')
        {
            rest = rest[1..];
            int digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits < 1)
                return false;

            // Finer than a tick is cut off.
            for (int i = 0; i < 7; i++)
                ticks = (ticks * 10) + (i < digits ? rest[i] - '0' : 0);
            rest = rest[digits..];
        }
        if (!Offset(rest, out TimeSpan offset) || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }
        DateTime local = new(year, month, day, hour, minute, Math.Min(second, 59), DateTimeKind.Unspecified);
        DateTime utc;
        try
        {
            utc = DateTime.SpecifyKind(local - offset, DateTimeKind.Utc);
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }

        // A leap second comes at the end of a day in UTC, and no clock here has it: it counts as the next one.
        if (second == 60 && utc is not { Hour: 23, Minute: 59 })
            return false;
        time = new DateTimeOffset(utc.AddTicks(ticks + (second == 60 ? TimeSpan.TicksPerSecond : 0)));
        return true;
    }

    private static bool Offset(ReadOnlySpan<char> text, out TimeSpan offset)
    {
        offset = default;
        if (text is ['Z' or 'z'])
            return true;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':' || !Digits(text[1..3], out int hours) || !Digits(text[4..], out int minutes)
            || hours > 23 || minutes > 59)
        {
            return false;
        }
        offset = new TimeSpan(hours, minutes, 0);
        if (text[0] == '-')
            offset = -offset;
        return true;
    }

    private static bool Digits(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        return text.IndexOfAnyExceptInRange('0', '9') < 0 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
