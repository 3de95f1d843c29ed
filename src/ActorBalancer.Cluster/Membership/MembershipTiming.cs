namespace ActorBalancer.Cluster.Membership;

/// <summary>How patiently life ports are asked. Part of the protocol, not of the configuration.</summary>
internal sealed record MembershipTiming
{
    /// <summary>
    /// One probe. A refusal comes within 10 ms on a local network; half a second leaves room for a distant one and still
    /// keeps a re-run under a second.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The pause after the first probe that proved nothing, doubled with each: a dying process closes its sockets one by one.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest pause, about as long as the cluster's failure detector takes.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a process is asked after the cluster removed it. Its jobs go back at the latest 12 s after its last contact,
    /// so later evidence is of no use.
    /// </summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The pause after a number of probes that proved nothing.</summary>
    public TimeSpan Pause(int attempt)
    {
        double milliseconds = FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 30));
        return milliseconds < LongestPause.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : LongestPause;
    }
}
