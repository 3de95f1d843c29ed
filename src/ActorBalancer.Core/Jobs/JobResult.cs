using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ActorBalancer;

/// <summary>The final word on a job.</summary>
/// <param name="Id">The job.</param>
/// <param name="State">Succeeded, discarded, cancelled or dead.</param>
/// <param name="Result">What its handler gave; empty unless it succeeded.</param>
/// <param name="Error">The last attempt's error, or the handler's reason.</param>
/// <param name="Reason">With <see cref="JobState.Dead"/>: why.</param>
/// <param name="Worker">The worker of the last attempt; empty if it never ran.</param>
/// <param name="LostRuns">How many of its runs were lost with their worker and run again.</param>
public sealed record JobResult(
    JobId Id, JobState State, ReadOnlyMemory<byte> Result, string? Error, DeadReason Reason, string Worker, int LostRuns)
{
    /// <summary>Reads the result as JSON, as <see cref="JobOutcome.OkWith{T}(T)"/> wrote it.</summary>
    /// <exception cref="InvalidOperationException">The job did not succeed.</exception>
    /// <exception cref="JsonException">The bytes are no JSON of that type.</exception>
    public T? Read<T>() => State == JobState.Succeeded
        ? JobJson.Default.Read<T>(Result.Span)
        : throw NoResult();

    /// <summary>As <see cref="Read{T}()"/>, with source-generated JSON.</summary>
    /// <inheritdoc cref="Read{T}()"/>
    public T? Read<T>(JsonTypeInfo<T> json) => State == JobState.Succeeded ? JsonSerializer.Deserialize(Result.Span, json) : throw NoResult();

    private InvalidOperationException NoResult() => new($"Job {Id} has no result: it is {State}{(Error is null ? "" : ", " + Error)}.");
}
