using ActorBalancer.Options;

namespace ActorBalancer.AspNetCore.Reading;

/// <summary>How much a request may bring. Part of the product's contract, but for a raised limit of payloads.</summary>
internal static class BodyLimits
{
    public const int BulkLines = 100_000;

    /// <summary>Lines that are accepted together or not at all.</summary>
    public const int LinesAtOnce = 1_000;

    public const long BulkBytes = 64L << 20;

    /// <summary>A change of a queue has three short members.</summary>
    public const int Change = 16 << 10;

    private const int LeastJob = 512 << 10;

    // What a job may have beside its payload: names, a source of escaped characters, blanks.
    private const int Beside = 256 << 10;

    /// <summary>One job: a body, or a line of bulk without its end.</summary>
    public static int Job(LimitOptions limits) => Math.Max(LeastJob, limits.Payload + Beside);

    /// <summary>The whole of a bulk.</summary>
    public static long Bulk(LimitOptions limits) => Math.Max(BulkBytes, Job(limits));
}
