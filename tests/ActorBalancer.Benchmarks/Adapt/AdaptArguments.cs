using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ActorBalancer.Strategies;

namespace ActorBalancer.Benchmarks.Adapt;

/// <param name="Sides">Strategy and weights, one after the other under the same arrivals.</param>
/// <param name="Slow">How the slow worker is slowed; null: by a quota where that is possible, else by the speed of its slots.</param>
/// <param name="Rate">Jobs a second.</param>
/// <param name="Pace">What all times are multiplied by.</param>
/// <param name="Json">Print JSON.</param>
internal sealed record AdaptArguments(IReadOnlyList<(string Strategy, string Weights)> Sides, string? Slow, double Rate, double Pace, bool Json)
{
    public const string Usage = "usage: ActorBalancer.Benchmarks adapt [--sides STRATEGY:static|learned,...] [--slow quota|speed] [--rate JOBS] [--pace FACTOR] [--json]";

    public static bool TryParse(string[] args, [NotNullWhen(true)] out AdaptArguments? parsed)
    {
        parsed = new AdaptArguments([("least-connections", "static"), ("adaptive", "learned")], null, 30, 1, false);
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--json")
            {
                parsed = parsed with { Json = true };
                continue;
            }
            string option = args[i], value = ++i < args.Length ? args[i] : "";
            double number = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double read) ? read : 0;
            (string, string)[] sides = [.. value.Split(',').Select(s => s.Split(':')).Where(s => s.Length == 2).Select(s => (s[0], s[1]))];
            parsed = option switch
            {
                "--sides" when sides.Length > 0 && Array.TrueForAll(sides, s => StrategyCatalog.Ids.Contains(s.Item1) && s.Item2 is "static" or "learned") => parsed with { Sides = sides },
                "--slow" when value is "quota" or "speed" => parsed with { Slow = value },
                "--rate" when number is >= 1 and <= 200 => parsed with { Rate = number },
                "--pace" when number is >= 0.2 and <= 10 => parsed with { Pace = number },
                _ => null,
            };
            if (parsed is null) return false;
        }
        return true;
    }
}
