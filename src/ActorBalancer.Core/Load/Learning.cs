namespace ActorBalancer.Load;

/// <summary>How weights are learned; the values are those of the design.</summary>
internal static class Learning
{
    /// <summary>Nothing that was learned of a worker counts in its first time.</summary>
    public static readonly TimeSpan Blackout = TimeSpan.FromSeconds(10);

    /// <summary>What was learned is forgotten when nothing new confirmed it for so long.</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromMinutes(3);

    /// <summary>A learned weight moves by this share a second at most.</summary>
    public const double StepPerSecond = 0.2;

    /// <summary>Smaller changes are left alone: each one costs the strategies a rebuilt row.</summary>
    public const double Hysteresis = 0.05;

    /// <summary>The least and the largest factor: a slow worker keeps a trickle, by which it is seen to recover.</summary>
    public const double Least = 0.02;

    /// <inheritdoc cref="Least"/>
    public const double Most = 50;

    /// <summary>Runs that count as if they had gone as everybody's do, so that the first few decide little.</summary>
    public const double PriorRuns = 10;
}
