using ActorBalancer.Strategies;
using Akka.Configuration;

namespace ActorBalancer;

/// <summary>How an Akka router picks its routees by a strategy of the balancer. In HOCON: the keys of the router's deployment block.</summary>
public sealed record RoutingOptions
{
    /// <summary>The id of a strategy, as a queue names it. Default <c>least-connections</c>.</summary>
    public string Strategy { get; init; } = "least-connections";

    /// <summary><c>random</c>: how many different routees are drawn for a message; the one with the fewest outstanding asks gets it. Default 1, up to 16.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>
    /// <c>source-hash</c>: how far above its fair share of the outstanding asks a routee may be before its sources go to their next
    /// choice; a factor from 1 to 100. Default null: never, a source stays where it is whatever the load.
    /// </summary>
    public double? LoadFactor { get; init; }

    /// <summary>
    /// Weights, from 0 up, by a routee's path (<c>/user/big</c>) or by its node (<c>10.0.0.5:4053</c>; the path goes first). 0 gets nothing. Default: none; others weigh 1.
    /// </summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    /// <summary>
    /// Weights by the role of a routee's node, for those that <see cref="Weights"/> does not name; of several the largest. Needs a cluster. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, double> RoleWeights { get; init; } = new Dictionary<string, double>();

    /// <summary>
    /// Multiplies the weights by what the metrics actor of this node's balancer knows of the worker on the routee's node: its weight, learned
    /// speed, slow start and ejection. A node without a worker counts as the mean of the known. Needs a balancer with the role
    /// <c>router</c> on this node and a router made as a pool or group; until it has spoken, every node counts 1. Default false.
    /// </summary>
    public bool Metrics { get; init; }

    /// <summary>
    /// <c>source-hash</c>: the source of a message, a text, number, <see cref="Guid"/> or bytes; null: not told here. Only in code; it goes before
    /// <see cref="SourceEnvelope"/> and Akka's <c>IConsistentHashable</c>. A message without a source goes to any routee, by weight.
    /// </summary>
    public Func<object, object?>? Source { get; init; }

    /// <summary>After this time an ask that nobody answered is no longer counted as outstanding, and an answer that still comes from another node is lost. Default 60 s.</summary>
    public TimeSpan AskExpiry { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Of the strategy's dice. Default null: another one for each router, so that routers start out of phase.</summary>
    public ulong? Seed { get; init; }

    internal StrategyOptions OfStrategy => new() { Choices = Choices, LoadFactor = LoadFactor ?? StrategyOptions.Default.LoadFactor };

    /// <summary>Nothing tells when a message is done that was told: these strategies pick by asks, and divide the told ones by weight.</summary>
    internal bool PicksByAsks => StrategyCatalog.TryGet(Strategy, out StrategyInfo? info) && info.DefaultBinding == Binding.Late;

    /// <summary>Whether the number of outstanding asks makes a difference.</summary>
    internal bool CountsAsks => PicksByAsks || (Strategy == "random" && Choices > 1) || (HashesSources && LoadFactor is not null);

    internal bool HashesSources => Strategy == "source-hash";

    /// <exception cref="ConfigurationException">It lists everything that is wrong.</exception>
    internal void Check()
    {
        if (Errors().ToArray() is { Length: > 0 } errors)
            throw new ConfigurationException($"This router cannot be made: {string.Join("; ", errors)}");
    }

    private IEnumerable<string> Errors()
    {
        if (!StrategyCatalog.TryGet(Strategy, out _))
            yield return $"strategy = {Strategy}: must be one of {string.Join(", ", StrategyCatalog.Ids)}";
        foreach (string error in OfStrategy.Errors())
            yield return error;
        foreach ((string name, double weight) in Weights.Concat(RoleWeights))
        {
            if (weight is not (>= 0 and <= Candidates.MaxWeight / 1_000))
                yield return FormattableString.Invariant($"weight of {name} = {weight}: must be from 0 to {Candidates.MaxWeight / 1_000}");
        }
        if (AskExpiry <= TimeSpan.Zero)
            yield return FormattableString.Invariant($"ask-expiry = {AskExpiry}: must be more than 0");
    }
}
