using System.CommandLine;
using System.Globalization;
using ActorBalancer.Simulator;

namespace ActorBalancer.Node.Predict;

/// <summary>Numbers of the command line, with errors that name the option.</summary>
internal static class PredictValues
{
    public static long? Whole(this ParseResult parsed, Option<string?> option, long low, long high)
    {
        if (parsed.GetValue(option) is not { } text) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= low && number <= high
            ? number
            : throw new SimulationException($"{option.Name} is '{text}'; give a whole number from {low} to {high}");
    }

    /// <summary>Zero or more; the simulator knows the rest.</summary>
    public static double? Number(this ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text) return null;
        return SpecText.TryNumber(text, out double number) ? number : throw new SimulationException($"{option.Name} is '{text}'; give a number, 0 or more");
    }
}
