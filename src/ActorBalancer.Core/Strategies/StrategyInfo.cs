namespace ActorBalancer.Strategies;

/// <summary>One entry of the <see cref="StrategyCatalog"/>.</summary>
/// <param name="Id">The name in configuration, API and command line.</param>
/// <param name="Description">What it does, in one sentence.</param>
/// <param name="DefaultBinding">The binding of a queue that names none.</param>
/// <param name="DefaultWeights">Where a queue's weights come from that names nothing.</param>
/// <param name="Make">Makes the strategy over the candidates as they stand; the last argument is the seed of its dice.</param>
public sealed record StrategyInfo(
    string Id,
    string Description,
    Binding DefaultBinding,
    WeightSource DefaultWeights,
    Func<Candidates, StrategyOptions, ulong, IBalancingStrategy> Make)
{
    /// <summary>A worker's jobs in flight include those that other routers have there, as of its last report.</summary>
    public bool SeesOthers { get; init; }
}
