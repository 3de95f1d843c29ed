using System.Text.Json;

namespace ActorBalancer.Client;

/// <summary>Writes a submission as the API reads it, without the members that were left out.</summary>
internal static class SubmissionText
{
    public static ReadOnlyMemory<byte> Of(JobSubmission job)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", job.Kind);
            writer.WritePropertyName("payload");

            // Whether it is one JSON value is for the node to say, in the same words as to every other client.
            writer.WriteRawValue(job.Payload.Span, skipInputValidation: true);
            if (job.Queue is not null) writer.WriteString("queue", job.Queue);
            if (job.Source is not null) writer.WriteString("source", job.Source);
            if (job.Priority is { } priority) writer.WriteNumber("priority", priority);
            if (job.Delay is { } delay) writer.WriteNumber("delay", (decimal)delay.Ticks / TimeSpan.TicksPerSecond);
            if (job.RunAt is not null) writer.WriteString("run_at", job.RunAt);
            if (job.TimeLimit is { } limit) writer.WriteNumber("time_limit", (decimal)limit.Ticks / TimeSpan.TicksPerSecond);
            if (job.Attempts is { } attempts) writer.WriteNumber("attempts", attempts);
            if (job.Key is not null) writer.WriteString("key", job.Key);
            writer.WriteEndObject();
        }
        return text.GetBuffer().AsMemory(0, (int)text.Length);
    }
}
