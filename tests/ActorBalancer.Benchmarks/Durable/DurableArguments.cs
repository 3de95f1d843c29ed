using System.Globalization;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>What the command line asks of the durable benchmark.</summary>
internal sealed record DurableArguments
{
    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public string Store { get; private init; } = "";

    /// <summary>Measure the peers as well.</summary>
    public bool Peers { get; private init; }

    /// <summary>Jobs of ours at full speed, over all rounds; everything else is scaled with it.</summary>
    public int Jobs { get; private init; } = 1_000_000;

    /// <summary>One line for programs in place of the table.</summary>
    public bool Json { get; private init; }

    /// <summary>Keep this run's figures as those that later ones are compared with.</summary>
    public bool Save { get; private init; }

    /// <returns>Null: the arguments are wrong, and standard error says how.</returns>
    public static DurableArguments? Parse(ReadOnlySpan<string> args)
    {
        DurableArguments parsed = new();
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--peers": parsed = parsed with { Peers = true }; continue;
                case "--json": parsed = parsed with { Json = true }; continue;
                case "--save": parsed = parsed with { Save = true }; continue;
                case "--store" when value is "sqlite" or "postgres": parsed = parsed with { Store = value }; break;
                case "--jobs" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int jobs) && jobs > 0:
                    parsed = parsed with { Jobs = jobs };
                    break;
                default: return Wrong($"'{args[i]}' is no option, or its value is missing or wrong");
            }
            i++;
        }
        return parsed.Store.Length == 0 ? Wrong("name the store") : parsed;
    }

    private static DurableArguments? Wrong(string why)
    {
        Console.Error.WriteLine($"durable: {why}");
        Console.Error.WriteLine("usage: durable --store sqlite|postgres [--peers] [--jobs 1000000] [--json] [--save]");
        return null;
    }
}
