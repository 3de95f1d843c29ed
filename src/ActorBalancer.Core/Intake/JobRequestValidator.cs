using System.Buffers;
using System.Text;

namespace ActorBalancer.Intake;

/// <summary>
/// Judges one request at the gate, so that a bad row is refused alone and never reaches a batch. The limits are part of
/// the product's contract, not options, but for the payload's.
/// </summary>
internal static class JobRequestValidator
{
    public const int MaxNameLength = 64;
    public const int MaxSourceLength = 256;
    public const int MaxAttempts = 1_000;
    public static readonly TimeSpan MaxTimeLimit = TimeSpan.FromSeconds(604_800);
    public static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(315_360_000);
    private static readonly DateTimeOffset FirstRunAt = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset EndOfRunAt = new(2101, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SearchValues<char> NameStart = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");
    private static readonly SearchValues<char> NameRest = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>None, or the code with a sentence that says what to do.</summary>
    public static RefusalCode Check(JobRequest request, int payloadLimit, out string? detail)
    {
        if (request.Payload.Length > payloadLimit)
        {
            detail = $"The payload has {request.Payload.Length} bytes and may have {payloadLimit}: keep the data elsewhere and pass a reference to it.";
            return RefusalCode.TooLarge;
        }
        detail = Fault(request);
        return detail is null ? RefusalCode.None : RefusalCode.Invalid;
    }

    /// <summary>None, or the code with a sentence: the options as a whole, before they become a request.</summary>
    public static RefusalCode Check(SubmitOptions options, out string? detail)
    {
        detail = options switch
        {
            { Delay: not null, RunAt: not null } => "'delay' and 'run_at' are both set: leave one out.",
            { Delay: { } delay } when delay < TimeSpan.Zero || delay > MaxDelay => "'delay' must be 0 to 315360000 seconds.",
            _ => null,
        };
        return detail is null ? RefusalCode.None : RefusalCode.Invalid;
    }

    public static bool IsName(string? name) =>
        name is { Length: > 0 and <= MaxNameLength } && NameStart.Contains(name[0]) && name.AsSpan().IndexOfAnyExcept(NameRest) < 0;

    private static string? Fault(JobRequest r)
    {
        if (!IsName(r.Kind))
            return "'kind' must be 1 to 64 of a-z, 0-9, '.', '_' and '-', and begin with a letter or digit.";
        if (!IsName(r.Queue))
            return "'queue' must be 1 to 64 of a-z, 0-9, '.', '_' and '-', and begin with a letter or digit.";
        if (r.Source is not null && TextFault("source", r.Source) is { } source)
            return source;
        if (r.Key is not null && TextFault("key", r.Key) is { } key)
            return key;
        if (r.Priority is < 0 or > JobKey.HighestPriority)
            return "'priority' must be 0 to 9.";
        if (r.Attempts is < 1 or > MaxAttempts)
            return "'attempts' must be 1 to 1000.";
        if (r.TimeLimit is { } limit && (limit <= TimeSpan.Zero || limit > MaxTimeLimit))
            return "'time_limit' must be above 0 and at most 604800 seconds.";
        if (r.RunAt is { } at && (at < FirstRunAt || at >= EndOfRunAt))
            return "'run_at' must lie in the years 2000 to 2100 (UTC).";
        return null;
    }

    private static string? TextFault(string name, string text)
    {
        // A character is a Unicode scalar, so that the limit does not depend on how a text is encoded.
        int characters = 0;
        for (int i = 0; i < text.Length; characters++)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out Rune rune, out int consumed) != OperationStatus.Done)
                return $"'{name}' has a lone surrogate: send well-formed Unicode.";
            if (Rune.IsControl(rune))
                return $"'{name}' has a control character: leave it out.";
            i += consumed;
        }
        return characters is > 0 and <= MaxSourceLength ? null : $"'{name}' must have 1 to 256 characters.";
    }
}
