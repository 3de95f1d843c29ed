using System.Globalization;

namespace ActorBalancer.Options;

/// <summary>Durations, sizes and numbers as one writes them in the configuration: the largest unit that needs no fraction.</summary>
internal static class OptionText
{
    private static readonly (string Name, long Ticks)[] DurationUnits =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond), ("us", TimeSpan.TicksPerMicrosecond),
    ];

    private static readonly (string Name, long Bytes)[] SizeUnits = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10)];

    /// <summary>Such as <c>30m</c> or <c>1500ms</c>. Below a microsecond: <c>ns</c>, which is exact for every tick.</summary>
    public static string Of(TimeSpan value)
    {
        if (value == TimeSpan.Zero) return "0s";
        foreach ((string name, long ticks) in DurationUnits)
            if (value.Ticks % ticks == 0) return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / ticks}{name}");
        return string.Create(CultureInfo.InvariantCulture, $"{(decimal)value.Ticks * TimeSpan.NanosecondsPerTick:0}ns");
    }

    /// <summary>Such as <c>256 KiB</c>, or <c>1000 B</c>.</summary>
    public static string OfBytes(long value)
    {
        foreach ((string name, long bytes) in SizeUnits)
            if (value != 0 && value % bytes == 0) return string.Create(CultureInfo.InvariantCulture, $"{value / bytes} {name}");
        return string.Create(CultureInfo.InvariantCulture, $"{value} B");
    }

    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The word of the configuration for a member of an enumeration; all of ours are single words.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
