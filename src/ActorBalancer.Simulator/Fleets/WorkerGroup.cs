using System.Globalization;

namespace ActorBalancer.Simulator.Fleets;

/// <summary>Some workers that are alike: <c>COUNTxSPEED:WEIGHT</c>.</summary>
/// <param name="Count">How many.</param>
/// <param name="Speed">A job of 1 takes 1/speed in a slot of theirs.</param>
/// <param name="Weight">Of each; what the strategies divide by.</param>
internal readonly record struct WorkerGroup(int Count, double Speed, double Weight)
{
    public const int MostWorkers = 100_000;
    private const double LeastSpeed = 0.001;
    private const double MostSpeed = 1_000_000;

    private const string Form = "give COUNTxSPEED or COUNTxSPEED:WEIGHT, such as 8x1 or 2x0.25:1";

    /// <summary>The weight as the strategies count it.</summary>
    public int Thousandths => (int)Math.Round(Weight * 1000);

    /// <summary>Nobody gave a weight: it is the speed, which strategies that learn it are not told.</summary>
    public bool IsWeightAssumed { get; private init; }

    /// <summary>Workers whose weight nobody gives.</summary>
    public static WorkerGroup Of(int count, double speed) => new(count, speed, speed) { IsWeightAssumed = true };

    /// <exception cref="SimulationException">It is none; the message says what is wrong.</exception>
    public static WorkerGroup Parse(string text)
    {
        int x = text.IndexOf('x', StringComparison.Ordinal);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (x < 0 || (colon >= 0 && colon < x)) throw new SimulationException($"'{text}' is no group of workers: {Form}");
        if (!int.TryParse(text[..x], NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count is < 1 or > MostWorkers)
            throw new SimulationException($"'{text}': the count must be a number from 1 to {MostWorkers}; {Form}");
        if (!SpecText.TryNumber(colon < 0 ? text[(x + 1)..] : text[(x + 1)..colon], out double speed) || speed is < LeastSpeed or > MostSpeed)
            throw new SimulationException($"'{text}': the speed must be a number from {LeastSpeed} to {MostSpeed}; {Form}");
        double weight = speed;
        if (colon >= 0 && (!SpecText.TryNumber(text[(colon + 1)..], out weight) || weight is < 0 or > MostSpeed || weight is > 0 and < LeastSpeed))
            throw new SimulationException($"'{text}': the weight must be 0 (no jobs), or a number from {LeastSpeed} to {MostSpeed}; {Form}");
        return new WorkerGroup(count, speed, weight) { IsWeightAssumed = colon < 0 };
    }
}
