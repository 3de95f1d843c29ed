using System.CommandLine;
using System.CommandLine.Parsing;
using ActorBalancer.Node.Tools;
using ActorBalancer.Strategies;

namespace ActorBalancer.Node.Map;

/// <summary><c>actorbalancer map</c>: a command once a line of standard input, over the workers of a cluster.</summary>
internal static class MapCommand
{
    private const int MostWorkers = 32, MostSlots = 1_000, MostAttempts = 1_000;

    public static Command Create()
    {
        Option<int> workers = new("--workers") { Description = $"Worker processes of the cluster that the map brings along, 1 to {MostWorkers}.", HelpName = "N", DefaultValueFactory = _ => 3 };
        Option<string?> url = new("--url") { Description = "Let this cluster run the commands instead; its workers' exec.allow must name the program.", HelpName = "URL" };
        Option<string?> ca = new("--ca") { Description = "File in PEM with the CA to trust for https, where it is not one of the system's.", HelpName = "FILE" };
        Option<int?> slots = new("--slots") { Description = $"Commands that each worker runs at once, 1 to {MostSlots}; the cores shared out by default.", HelpName = "N" };
        Option<string?> strategy = new("--strategy") { Description = $"Who gets the next item: {string.Join(", ", StrategyCatalog.Ids)}; least-connections by default.", HelpName = "S" };
        Option<bool> keepOrder = new("--keep-order", "-k") { Description = "Write the outputs in the order of the items." };
        Option<bool> zero = new("--null", "-0") { Description = "Items end with a zero byte, not with a line." };
        Option<int> attempts = new("--attempts") { Description = $"How often a command may fail for one item, 1 to {MostAttempts}.", HelpName = "N", DefaultValueFactory = _ => 1 };
        Argument<string[]> command = new("COMMAND") { Description = "The program and its arguments, behind --; each {} in them is the item, which comes last if there is none.", Arity = ArgumentArity.OneOrMore };
        workers.Validators.Add(r => InRange(r, workers, r.GetValueOrDefault<int>(), MostWorkers));
        slots.Validators.Add(r => InRange(r, slots, r.GetValueOrDefault<int?>() ?? 1, MostSlots));
        attempts.Validators.Add(r => InRange(r, attempts, r.GetValueOrDefault<int>(), MostAttempts));
        strategy.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<string?>() is { } id && !StrategyCatalog.Ids.Contains(id))
                r.AddError($"--strategy is '{id}'; give one of {string.Join(", ", StrategyCatalog.Ids)}.");
        });
        url.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<string?>() is { } text && !NodeUrl.TryParse(text, out _))
                r.AddError($"--url is '{text}'; give http://HOST:PORT or https://HOST:PORT.");
        });

        Verb verb = new(
            "map",
            "Runs a command once for each line of standard input over worker processes, like xargs over a cluster; writes each one's output whole.",
            """
            find src -name '*.cs' | actorbalancer map --keep-order -- sha256sum {}
            find . -print0 | actorbalancer map -0 -- file
            """)
        {
            workers, url, ca, slots, strategy, keepOrder, zero, attempts, command,
        };
        verb.Validators.Add(result =>
        {
            if (result.GetResult(url) is not null && (result.GetResult(workers) is { Implicit: false } || result.GetResult(slots) is not null))
                result.AddError("--workers and --slots are for the cluster that the map brings along; with --url the cluster has its own.");
            if (result.GetValue(command) is [var program, ..] && (program.Length == 0 || program.Contains("{}", StringComparison.Ordinal)))
                result.AddError("COMMAND must begin with a program; {} may stand in its arguments only.");
        });
        verb.SetAction(async (parsed, _) => await MapProcess.RunAsync(
            new MapArguments
            {
                Command = RawArguments.Last(parsed.GetValue(command)!),
                Workers = parsed.GetValue(workers),
                Slots = parsed.GetValue(slots),
                Url = parsed.GetValue(url) is { } text && NodeUrl.TryParse(text, out Uri? address) ? address : null,
                CertificateAuthority = parsed.GetValue(ca),
                Strategy = parsed.GetValue(strategy),
                KeepOrder = parsed.GetValue(keepOrder),
                Delimiter = parsed.GetValue(zero) ? (byte)0 : (byte)'\n',
                Attempts = parsed.GetValue(attempts),
            },
            TimeProvider.System));
        return verb;
    }

    private static void InRange(OptionResult result, Option option, int value, int most)
    {
        if (value < 1 || value > most)
            result.AddError($"{option.Name} is {value}; give a number from 1 to {most}.");
    }
}
