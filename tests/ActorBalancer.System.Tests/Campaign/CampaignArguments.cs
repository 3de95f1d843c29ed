using System.Globalization;
using ActorBalancer.SystemTests.Campaign.Faults;
using ActorBalancer.SystemTests.Campaign.Staging;

namespace ActorBalancer.SystemTests.Campaign;

/// <summary>What the command line says.</summary>
/// <param name="Time">For how long rounds are begun; at least one is.</param>
/// <param name="Seed">Of the first round; each round after it has the next one.</param>
/// <param name="Stores">Taken in turn.</param>
/// <param name="Faults">Of every round; empty: each round has one, all of them in an order that the seed says.</param>
/// <param name="Json">Rows as JSON.</param>
/// <param name="Verbose">Shows what the nodes said of every round; of one that breaks the promise it is always shown.</param>
internal sealed record CampaignArguments(TimeSpan Time, int Seed, IReadOnlyList<string> Stores, IReadOnlyList<Fault> Faults, bool Json, bool Verbose)
{
    public const string Usage = """
        usage: tests/campaign --minutes N --seed S [--store sqlite|postgres] [--fault NAME[,NAME...]] [--json] [--verbose]
        """;

    private static readonly string[] BothStores = ["sqlite", "postgres"];

    /// <summary>Null: they are wrong, and the problem says how.</summary>
    public static CampaignArguments? Parse(IReadOnlyList<string> arguments, out string problem)
    {
        CampaignArguments parsed = new(TimeSpan.FromMinutes(10), 1, BothStores, [], false, false);
        problem = "";
        for (int i = 0; i < arguments.Count; i++)
        {
            string option = arguments[i];
            if (option is "--json" or "--verbose")
            {
                parsed = option == "--json" ? parsed with { Json = true } : parsed with { Verbose = true };
                continue;
            }
            string value = ++i < arguments.Count ? arguments[i] : "";
            switch (option)
            {
                case "--minutes" when double.TryParse(value, CultureInfo.InvariantCulture, out double minutes) && minutes >= 0:
                    parsed = parsed with { Time = TimeSpan.FromMinutes(minutes) };
                    break;
                case "--seed" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int seed):
                    parsed = parsed with { Seed = seed };
                    break;
                case "--store" when value is "sqlite" or "postgres" or MemoryStage.Word:
                    parsed = parsed with { Stores = [value] };
                    break;
                case "--fault":
                    Fault?[] faults = [.. value.Split(',').Select(FaultCatalog.Find)];
                    if (faults.Contains(null))
                    {
                        problem = $"There is no fault '{value}'; there are {string.Join(", ", FaultCatalog.All.Select(f => f.Name))}.";
                        return null;
                    }
                    parsed = parsed with { Faults = faults! };
                    break;
                default:
                    problem = $"'{option} {value}' is not understood.";
                    return null;
            }
        }
        parsed = parsed with { Stores = [.. parsed.Stores.Where(store => parsed.Faults.All(f => f.FitsOn(store)))] };
        if (parsed.Stores.Count > 0)
            return parsed;
        problem = "None of these stores knows all of these faults.";
        return null;
    }
}
