using System.Globalization;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>What the command line asks of the dispatch benchmark.</summary>
internal sealed record DispatchArguments
{
    /// <summary>Worker processes.</summary>
    public int Workers { get; private init; } = 3;

    /// <summary>Jobs under way at once.</summary>
    public int Outstanding { get; private init; } = 5_000;

    /// <summary>Time that each contender is measured, over all its rounds.</summary>
    public int Seconds { get; private init; } = 10;

    /// <summary>One line for programs in place of the table.</summary>
    public bool Json { get; private init; }

    /// <summary>Instead: run ten million jobs and compare the memory after the first million with that after the last.</summary>
    public bool Grow { get; private init; }

    /// <returns>Null: the arguments are wrong, and standard error says how.</returns>
    public static DispatchArguments? Parse(ReadOnlySpan<string> args)
    {
        DispatchArguments parsed = new();
        for (int i = 0; i < args.Length; i++)
        {
            int number = 0;
            bool hasNumber = i + 1 < args.Length
                && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
            switch (args[i])
            {
                case "--json": parsed = parsed with { Json = true }; continue;
                case "--grow": parsed = parsed with { Grow = true }; continue;
                case "--workers" when hasNumber: parsed = parsed with { Workers = number }; break;
                case "--outstanding" when hasNumber: parsed = parsed with { Outstanding = number }; break;
                case "--seconds" when hasNumber: parsed = parsed with { Seconds = number }; break;
                default:
                    Console.Error.WriteLine($"dispatch: '{args[i]}' is no option, or its value is no whole number above 0");
                    Console.Error.WriteLine("usage: dispatch [--workers 3] [--outstanding 5000] [--seconds 10] [--json] [--grow]");
                    return null;
            }
            i++;
        }
        return parsed;
    }
}
