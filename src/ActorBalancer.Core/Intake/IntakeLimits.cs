namespace ActorBalancer.Intake;

/// <summary>How much one gateway takes on. A shell may lower the batch for a small frame; the rest only tests change.</summary>
internal sealed record IntakeLimits
{
    /// <summary>Jobs in a batch.</summary>
    public int BatchJobs { get; init; } = 1_000;

    /// <summary>Bytes of a batch on the wire, unless a single job has more.</summary>
    public int BatchBytes { get; init; } = 1 << 20;

    /// <summary>Jobs that callers have submitted and that are not answered; one more is <c>queue_full</c>.</summary>
    public int OutstandingJobs { get; init; } = 200_000;

    /// <summary>The same in bytes.</summary>
    public long OutstandingBytes { get; init; } = 256L << 20;

    /// <summary>Bytes under way to a router on another node: more would delay the heartbeats on the same connection.</summary>
    public long RemoteWindowBytes { get; init; } = 4L << 20;

    /// <summary>How long a submit or question waits for a router to appear.</summary>
    public TimeSpan RouterWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the answer of a router may take.</summary>
    public TimeSpan AnswerWait { get; init; } = TimeSpan.FromSeconds(30);
}
