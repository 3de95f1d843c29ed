using System.Diagnostics.CodeAnalysis;

namespace ActorBalancer.Strategies;

/// <summary>The one list of strategies. A new strategy is its own file and one line here.</summary>
public static class StrategyCatalog
{
    /// <summary>Every strategy, in the order in which they are shown.</summary>
    public static IReadOnlyList<StrategyInfo> All { get; } =
    [
        new("round-robin", "Each eligible worker in turn.", Binding.Early, WeightSource.Static, (c, _, seed) => new RoundRobinStrategy(c, seed)),
        new("random", "A draw by weight, or the least loaded of several.", Binding.Early, WeightSource.Static, (c, o, seed) => new RandomStrategy(c, o, seed)),
        new("weighted-round-robin", "Each eligible worker in turn by weight, evenly spread.", Binding.Early, WeightSource.Static, (c, _, seed) => new WeightedRoundRobinStrategy(c, seed)),
        new("least-connections", "The least (in flight + 1)/weight.", Binding.Late, WeightSource.Static, (c, _, seed) => new LeastConnectionsStrategy(c, seed)),
        new("source-hash", "One worker for all jobs of a source, with bounded load.", Binding.Early, WeightSource.Static, (c, o, _) => new SourceHashStrategy(c, o)),
        new("adaptive", "The earliest expected completion, by load and learned speed.", Binding.Late, WeightSource.Learned, (c, _, seed) => new AdaptiveStrategy(c, seed)) { SeesOthers = true },
    ];

    /// <summary>The ids of <see cref="All"/>, in its order.</summary>
    public static IReadOnlyList<string> Ids { get; } = [.. All.Select(s => s.Id)];

    /// <summary>Finds a strategy by its exact id.</summary>
    public static bool TryGet(string id, [NotNullWhen(true)] out StrategyInfo? info)
    {
        info = All.FirstOrDefault(s => s.Id == id);
        return info is not null;
    }

    /// <summary>
    /// Makes the strategy, brings it up from the rows as they stand and attaches it to the candidates in place of the one
    /// they had: the whole of a switch.
    /// </summary>
    /// <exception cref="ArgumentException">No strategy has this id, or the options are out of range.</exception>
    public static IBalancingStrategy Create(string id, Candidates candidates, StrategyOptions options, ulong seed)
    {
        if (!TryGet(id, out var info))
            throw new ArgumentException($"unknown strategy '{id}'; known are {string.Join(", ", Ids)}", nameof(id));
        if (options.Errors() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        var strategy = info.Make(candidates, options, seed);
        candidates.Attach(strategy);
        return strategy;
    }
}
