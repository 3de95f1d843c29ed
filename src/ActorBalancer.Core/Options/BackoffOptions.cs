namespace ActorBalancer.Options;

/// <summary>The wait before attempt n + 1: <c>First</c> x 2^(n-1), at most <c>Cap</c>, spread by <c>Jitter</c>.</summary>
public sealed record BackoffOptions
{
    /// <summary>The wait after the first failed attempt.</summary>
    public required TimeSpan First { get; init; }

    /// <summary>The longest wait.</summary>
    public required TimeSpan Cap { get; init; }

    /// <summary>The share by which each wait is spread up or down, 0 to 1, so that a crowd does not come back at once.</summary>
    public required double Jitter { get; init; }
}
