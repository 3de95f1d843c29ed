using ActorBalancer.Simulator;
using ActorBalancer.Strategies;

namespace ActorBalancer.Node.Predict;

/// <summary>Strategies and bindings as the command line names them.</summary>
internal static class StrategyNames
{
    private const string Every = "all";

    public static IReadOnlyList<string> Parse(string? text)
    {
        if (text is null or Every) return StrategyCatalog.Ids;
        string[] names = text.Split(',', StringSplitOptions.TrimEntries);
        foreach (string name in names)
        {
            if (!StrategyCatalog.TryGet(name, out _))
                throw new SimulationException($"--strategy: there is no '{name}'; give {Every}, or some of {string.Join(", ", StrategyCatalog.Ids)}");
        }
        return [.. names.Distinct()];
    }

    public static Binding? ParseBinding(string? text) => text switch
    {
        null => null,
        "early" => Binding.Early,
        "late" => Binding.Late,
        _ => throw new SimulationException($"--binding is '{text}'; give early or late"),
    };

    public static WeightSource? ParseWeights(string? text) => text switch
    {
        null => null,
        "static" => WeightSource.Static,
        "learned" => WeightSource.Learned,
        _ => throw new SimulationException($"--weights is '{text}'; give static or learned"),
    };

    public static string Text(WeightSource weights) => weights == WeightSource.Static ? "static" : "learned";

    public static string Text(Binding binding) => binding == Binding.Early ? "early" : "late";
}
