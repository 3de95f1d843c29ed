namespace ActorBalancer.Cluster.Membership;

/// <summary>What a life port told about a process.</summary>
internal enum LifeState
{
    /// <summary>It answered the incarnation that was asked for.</summary>
    Alive,

    /// <summary>Nobody listens there: the system refused the connection.</summary>
    Refused,

    /// <summary>A life port answered there, and its process never had the incarnation that was asked for.</summary>
    Replaced,

    /// <summary>No answer in time, or one that is none of a life port's: a partition, a pause, a stranger. Proves nothing.</summary>
    Silent,
}

/// <param name="State">Whether the process lives.</param>
/// <param name="Evidence">In words, for the event log.</param>
internal readonly record struct LifeAnswer(LifeState State, string Evidence);

/// <summary>Asks a life port; never throws. <see cref="LifePort.Probe"/>, or a test's own.</summary>
internal delegate Task<LifeAnswer> LifeProber(string host, int port, long incarnation, TimeSpan timeout);
