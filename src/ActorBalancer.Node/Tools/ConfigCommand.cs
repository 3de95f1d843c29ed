using System.CommandLine;
using System.Text.Json;
using ActorBalancer.Hosting;
using ActorBalancer.Node.Nodes;

namespace ActorBalancer.Node.Tools;

/// <summary><c>actorbalancer config check|show</c>: what a node would run with, without starting one.</summary>
internal static class ConfigCommand
{
    public static Command Create() => new Verb("config", "Checks and shows a node's configuration without starting one.", "actorbalancer config check --config my.conf")
    {
        Verb(
            "check",
            "Checks a configuration as a node would, environment included, and lists all errors at once; exit code 2 if there are any.",
            "actorbalancer config check --config my.conf --role worker",
            Check),
        Verb(
            "show",
            "Shows the configuration that a node would run with, each value with where it was written. Secrets are hidden.",
            "actorbalancer config show --config my.conf --role router",
            Show),
    };

    private static Verb Verb(string name, string description, string example, Func<NodeArguments, Screen, int> run)
    {
        Option<string?> config = new("--config") { Description = "File in HOCON; left out: the defaults.", HelpName = "FILE" };
        Option<string[]> role = new("--role") { Description = "router or worker, repeated for both; left out: as configured.", HelpName = "ROLE" };
        Option<string[]> seed = new("--seed") { Description = "A member to join, as 'node' takes it.", HelpName = "HOST:PORT" };
        Option<bool> json = new("--json") { Description = "Print JSON." };
        Verb verb = new(name, description, example) { config, role, seed, json };
        verb.SetAction(parsed => run(
            new NodeArguments
            {
                ConfigFile = parsed.GetValue(config),
                Roles = parsed.GetValue(role) ?? [],
                Seeds = parsed.GetValue(seed) ?? [],
                Json = parsed.GetValue(json),
            },
            new Screen()));
        return verb;
    }

    private static int Check(NodeArguments arguments, Screen screen)
    {
        ConfigReport report = new(true, []);
        try
        {
            BalancerConfiguration configuration = arguments.Load();
            AkkaSettings.For(configuration.Options, configuration.Akka);
            if (configuration.Options is { IsRouter: false, Seeds.Count: 0 })
                Tool.Remark("To join, such a node needs a member in actorbalancer.seeds, or --seed HOST:PORT.");
        }
        catch (BalancerConfigurationException e)
        {
            report = new ConfigReport(false, [.. e.Errors.Select(x => new ConfigProblem(x.Path, x.Value, x.Problem, x.Origin))]);
            if (!arguments.Json)
                Console.Error.WriteLine(e.Message);
        }
        if (arguments.Json)
            screen.Lines.WriteLine(JsonSerializer.Serialize(report, ToolJson.Default.ConfigReport));
        else if (report.Valid)
            screen.Line($"{arguments.ConfigFile ?? "The configuration"} is valid.");
        return report.Valid ? ExitCode.Done : ExitCode.Usage;
    }

    private static int Show(NodeArguments arguments, Screen screen)
    {
        ConfigEntry[] entries;
        try
        {
            entries = ConfigEntries.Of(arguments.Load(), arguments.ConfigFile);
        }
        catch (BalancerConfigurationException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Usage;
        }
        if (arguments.Json)
        {
            screen.Lines.WriteLine(JsonSerializer.Serialize(entries, ToolJson.Default.ConfigEntryArray));
            return ExitCode.Done;
        }

        // A line is valid HOCON itself, with the origin as its comment.
        int width = entries.Max(e => e.Key.Length + e.Value.Length + 3);
        foreach (ConfigEntry entry in entries)
            screen.Line(entry.Origin == "default" ? $"{entry.Key} = {entry.Value}" : $"{$"{entry.Key} = {entry.Value}".PadRight(Math.Min(width, 56))}  # {entry.Origin}");
        return ExitCode.Done;
    }
}
