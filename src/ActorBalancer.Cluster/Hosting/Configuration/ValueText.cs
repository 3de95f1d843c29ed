using System.Globalization;
using ActorBalancer.Options;

namespace ActorBalancer.Hosting;

/// <summary>
/// Reads values strictly: Akka's own readers take a duration without a unit for milliseconds and <c>m</c> for both a
/// minute and a mebibyte.
/// </summary>
internal static class ValueText
{
    public const string DurationUnits = "a number and a unit: ns, us, ms, s, m, h or d";
    public const string SizeUnits = "a whole number and a unit: B, kB, MB, GB, KiB, MiB or GiB";

    public static bool TryDuration(string text, out TimeSpan value)
    {
        (string number, string unit) = Split(text);
        decimal ticks = unit switch
        {
            "ns" => 1m / TimeSpan.NanosecondsPerTick,
            "us" => TimeSpan.TicksPerMicrosecond,
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            "d" => TimeSpan.TicksPerDay,
            _ => 0,
        };
        value = default;

        // The first bound keeps the product within a decimal, the second one within ticks.
        if (ticks == 0 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal count)
            || Math.Abs(count) > 1e16m || Math.Abs(count * ticks) > long.MaxValue) return false;
        value = TimeSpan.FromTicks((long)Math.Round(count * ticks));
        return true;
    }

    public static bool TrySize(string text, out long value)
    {
        (string number, string unit) = Split(text);
        long bytes = unit switch
        {
            "" or "B" => 1,
            "kB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "KiB" => 1L << 10,
            "MiB" => 1L << 20,
            "GiB" => 1L << 30,
            _ => 0,
        };
        value = 0;
        if (bytes == 0 || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long count) || count > long.MaxValue / bytes) return false;
        value = count * bytes;
        return true;
    }

    public static bool TryWhole(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    public static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    public static bool TryOnOff(string text, out bool value)
    {
        value = text is "on" or "true";
        return value || text is "off" or "false";
    }

    public static bool TryWord<T>(string text, out T value)
        where T : struct, Enum
    {
        foreach (T candidate in Enum.GetValues<T>())
        {
            value = candidate;
            if (OptionText.Of(candidate) == text) return true;
        }

        value = default;
        return false;
    }

    /// <summary>The number and the unit behind it, with or without a blank between them.</summary>
    private static (string Number, string Unit) Split(string text)
    {
        int end = text.Length;
        while (end > 0 && char.IsAsciiLetter(text[end - 1])) end--;
        return (text[..end].TrimEnd(' '), text[end..]);
    }
}
