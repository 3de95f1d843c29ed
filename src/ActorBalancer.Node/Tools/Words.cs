using System.Globalization;

namespace ActorBalancer.Node.Tools;

/// <summary>Numbers and times as a person reads them in a narrow column.</summary>
internal static class Words
{
    /// <summary>Such as <c>3m 12s</c>; null: none.</summary>
    public static string? Age(DateTimeOffset? since, DateTimeOffset now) => since is { } then ? Span(now - then) : null;

    public static string Span(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => "0s",
        { TotalMinutes: < 1 } => Invariant($"{time.Seconds}s"),
        { TotalHours: < 1 } => Invariant($"{time.Minutes}m {time.Seconds}s"),
        { TotalDays: < 1 } => Invariant($"{time.Hours}h {time.Minutes}m"),
        _ => Invariant($"{(int)time.TotalDays}d {time.Hours}h"),
    };

    /// <summary>Such as <c>250 ms</c> or <c>2.50 s</c>; null: none.</summary>
    public static string? Duration(TimeSpan? time) => time switch
    {
        null => null,
        { TotalMilliseconds: < 10 } t => Invariant($"{Math.Max(0, t.TotalMilliseconds):0.0} ms"),
        { TotalSeconds: < 1 } t => Invariant($"{t.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } t => Invariant($"{t.TotalSeconds:0.00} s"),
        { } t => Span(t),
    };

    public static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Where the day stands elsewhere.</summary>
    public static string? TimeOfDay(DateTimeOffset? time) => time?.UtcDateTime.ToString("HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Percent(double share) => Invariant($"{share * 100:0}%");

    /// <summary>Such as <c>87 MB</c>, in millions of bytes.</summary>
    public static string Bytes(long bytes) => bytes >= 10_000_000_000 ? Invariant($"{bytes / 1e9:0.0} GB") : Invariant($"{bytes / 1e6:0} MB");

    public static string Number(double? value) => value is { } v ? Invariant($"{v:0.##}") : "-";

    /// <summary>Such as <c>1 job</c> and <c>3 jobs</c>.</summary>
    public static string Count(long count, string noun) => Invariant($"{count} {noun}{(count == 1 ? "" : "s")}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
