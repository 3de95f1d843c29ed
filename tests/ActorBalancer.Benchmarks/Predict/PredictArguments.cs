using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ActorBalancer.Strategies;

namespace ActorBalancer.Benchmarks.Predict;

/// <summary>What is to be recorded.</summary>
/// <param name="Strategies">One after the other.</param>
/// <param name="Seconds">Of each.</param>
/// <param name="Load">Of the cluster.</param>
/// <param name="MeanMs">How long a job sleeps on average.</param>
internal sealed record PredictArguments(string[] Strategies, int Seconds, double Load, double MeanMs)
{
    public const int Workers = 3;
    public const int Slots = 2;

    public static bool TryParse(string[] args, [NotNullWhen(true)] out PredictArguments? parsed)
    {
        parsed = new PredictArguments(["least-connections", "round-robin"], 120, 0.8, 500);
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : "";
            double number = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double read) ? read : 0;
            parsed = args[i] switch
            {
                "--strategy" when value.Split(',').All(StrategyCatalog.Ids.Contains) => parsed with { Strategies = value.Split(',') },
                "--seconds" when number is >= 5 and <= 3_600 => parsed with { Seconds = (int)number },
                "--load" when number is > 0 and < 1 => parsed with { Load = number },
                "--mean-ms" when number is >= 10 and <= 10_000 => parsed with { MeanMs = number },
                _ => null,
            };
            if (parsed is null) return false;
        }
        return true;
    }
}
