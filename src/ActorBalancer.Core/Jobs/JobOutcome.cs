using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ActorBalancer;

/// <summary>What a handler says about its job: done, again later, or never. An exception means "again, by the policy".</summary>
[DataContract]
public readonly struct JobOutcome : IEquatable<JobOutcome>
{
    private JobOutcome(AttemptOutcome kind, ReadOnlyMemory<byte> result, TimeSpan? retryAfter, string? reason)
    {
        Kind = kind;
        Result = result;
        RetryAfter = retryAfter;
        Reason = reason;
    }

    /// <summary>The job succeeded and has no result.</summary>
    public static JobOutcome Ok { get; } = new(AttemptOutcome.Succeeded, default, null, null);

    // The members that an actor on another node answers with, in Akka's JSON.
    [DataMember]
    internal AttemptOutcome Kind { get; private init; }

    internal ReadOnlyMemory<byte> Result { get; private init; }

    [DataMember]
    internal TimeSpan? RetryAfter { get; private init; }

    [DataMember]
    internal string? Reason { get; private init; }

    [DataMember]
    private byte[] Bytes
    {
        get => Result.ToArray();
        init => Result = value;
    }

    /// <summary>
    /// The job succeeded; the result is stored as JSON with web defaults, by reflection. Over the result limit (64 KiB by default) the attempt fails.
    /// </summary>
    /// <exception cref="NotSupportedException">The application is trimmed: use the overload that takes the type's <see cref="JsonTypeInfo{T}"/>.</exception>
    public static JobOutcome OkWith<T>(T result) => OkBytes(JobJson.Default.Write(result));

    /// <summary>As <see cref="OkWith{T}(T)"/>, with source-generated JSON.</summary>
    public static JobOutcome OkWith<T>(T result, JsonTypeInfo<T> json) => OkBytes(JsonSerializer.SerializeToUtf8Bytes(result, json));

    /// <summary>The job succeeded; the bytes are stored as they are.</summary>
    public static JobOutcome OkBytes(ReadOnlyMemory<byte> result) => new(AttemptOutcome.Succeeded, result, null, null);

    /// <summary>Run it again; costs an attempt. Null: after the queue's backoff.</summary>
    /// <param name="after">How long to wait, not negative.</param>
    /// <param name="reason">Shown with the attempt.</param>
    public static JobOutcome Retry(TimeSpan? after = null, string? reason = null)
    {
        if (after is { } wait)
            ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero, nameof(after));
        return new(AttemptOutcome.Retry, default, after, reason);
    }

    /// <summary>The job need not run; final.</summary>
    public static JobOutcome Discard(string reason) => new(AttemptOutcome.Discarded, default, null, reason);

    /// <summary>The attempt failed, as with an exception, but in words for the person who reads them.</summary>
    internal static JobOutcome Failed(string reason) => new(AttemptOutcome.Failed, default, null, reason);

    /// <inheritdoc/>
    public bool Equals(JobOutcome other) =>
        Kind == other.Kind && Result.Span.SequenceEqual(other.Result.Span) && RetryAfter == other.RetryAfter && Reason == other.Reason;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is JobOutcome other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Result.Length, RetryAfter, Reason?.Length);

    /// <summary>Same kind, bytes, delay and reason.</summary>
    public static bool operator ==(JobOutcome left, JobOutcome right) => left.Equals(right);

    /// <summary>Not the same.</summary>
    public static bool operator !=(JobOutcome left, JobOutcome right) => !left.Equals(right);
}
