namespace ActorBalancer.Simulator.Traffic;

/// <summary>A job as it arrives.</summary>
internal struct SimulatedJob
{
    /// <summary>When.</summary>
    public double At;

    /// <summary>How long it runs at speed 1.</summary>
    public double Service;

    /// <summary>The hash of its source, for <c>source-hash</c>.</summary>
    public ulong Source;

    /// <summary>Which router gets it.</summary>
    public int Router;
}
