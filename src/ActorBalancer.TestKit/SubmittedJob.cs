using System.Globalization;
using System.Text;

namespace ActorBalancer.Testing;

/// <summary>A job as it was accepted, whoever submitted it: your code, or a handler together with its outcome.</summary>
public sealed record SubmittedJob
{
    /// <summary>The public id; that of a job which only a handler called by itself has submitted names nothing.</summary>
    public required JobId Id { get; init; }

    /// <summary>The stable name of its type.</summary>
    public required string Kind { get; init; }

    /// <summary>Its queue.</summary>
    public required string Queue { get; init; }

    /// <summary>Affinity and order key; null: the caller gave none.</summary>
    public string? Source { get; init; }

    /// <summary>0 to 9, higher sooner.</summary>
    public int Priority { get; init; }

    /// <summary>How long after its submission it is due; zero: at once.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How long an attempt may run; null: the queue's.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How many attempts it has; null: the queue's.</summary>
    public int? Attempts { get; init; }

    /// <summary>Its idempotency key; null: it has none.</summary>
    public string? Key { get; init; }

    /// <summary>When it was accepted, in virtual time.</summary>
    public DateTimeOffset SubmittedAt { get; init; }

    /// <summary>The argument's bytes.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    internal JobJson Json { get; init; } = JobJson.Default;

    /// <summary>Reads the argument.</summary>
    /// <exception cref="System.Text.Json.JsonException">The bytes are no JSON of that type.</exception>
    public TArgs? Args<TArgs>() => Json.Read<TArgs>(Payload.Span);

    /// <inheritdoc/>
    public override string ToString()
    {
        StringBuilder text = new(Kind);
        text.Append(CultureInfo.InvariantCulture, $" {Encoding.UTF8.GetString(Payload.Span)} to {Queue}");
        if (Source is not null)
            text.Append(CultureInfo.InvariantCulture, $", source {Source}");
        if (Delay > TimeSpan.Zero)
            text.Append(CultureInfo.InvariantCulture, $", after {Delay}");
        return text.ToString();
    }

    internal static SubmittedJob Of(JobBatch jobs, int row, long key, long submittedUnixMs, JobJson json)
    {
        long runAt = jobs.RunAtUnixMs(row);
        return new SubmittedJob
        {
            Id = new JobId(key),
            Kind = jobs.Kind(row),
            Queue = jobs.Queue(row),
            Source = jobs.Source(row),
            Priority = jobs.Priority(row),
            Delay = TimeSpan.FromMilliseconds(runAt == 0 ? 0 : Math.Max(0, runAt - submittedUnixMs)),
            TimeLimit = jobs.TimeLimitMs(row) is > 0 and long limit ? TimeSpan.FromMilliseconds(limit) : null,
            Attempts = jobs.AttemptsAllowed(row) is > 0 and int attempts ? attempts : null,
            Key = jobs.IdempotencyKey(row),
            SubmittedAt = DateTimeOffset.FromUnixTimeMilliseconds(submittedUnixMs),
            Payload = jobs.Payload(row),
            Json = json,
        };
    }
}
