using System.CommandLine;

namespace ActorBalancer.Node.Up;

/// <summary><c>actorbalancer up</c>: a cluster on this machine, until Ctrl-C.</summary>
internal static class UpCommand
{
    private const int MostWorkers = 64;

    public static Command Create()
    {
        Option<int> workers = new("--workers") { Description = $"Worker processes, 1 to {MostWorkers}.", HelpName = "N", DefaultValueFactory = _ => 3 };
        Option<string?> slots = new("--slots") { Description = "Jobs that each worker runs at once; 0: one a core; left out: as configured.", HelpName = "N" };
        Option<string?> config = new("--config") { Description = "File in HOCON for all nodes; names, roles, seeds and ports are given by 'up'.", HelpName = "FILE" };
        Option<string?> store = new("--store") { Description = "Where jobs are kept: sqlite, postgres or memory; left out: as configured, by default sqlite.", HelpName = "STORE" };
        Option<string?> file = new("--sqlite-file") { Description = "The file of the store sqlite; left out: as configured, by default ./actorbalancer.db.", HelpName = "FILE" };
        Option<string?> ca = new("--ca") { Description = "File in PEM with the CA to trust where the configuration turns HTTP into https.", HelpName = "FILE" };
        Option<bool> json = new("--json") { Description = "Print the line that says the cluster is ready as JSON." };
        Option<bool> verbose = new("--verbose") { Description = "Show all that the nodes log, and have them log more than warnings." };
        workers.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > MostWorkers)
                r.AddError($"--workers is {r.GetValueOrDefault<int>()}; give a number from 1 to {MostWorkers}.");
        });

        Verb command = new(
            "up",
            "Runs a cluster on this machine, a router and workers as processes of their own, until Ctrl-C or SIGTERM; the workers then "
            + "finish their running jobs. HTTP is on port 8600 and the cluster on 8601 where these are free.",
            "actorbalancer up --workers 2 --slots 4")
        {
            workers, slots, config, store, file, ca, json, verbose,
        };
        command.SetAction(async (parsed, _) =>
        {
            UpArguments arguments = new(
                parsed.GetValue(workers), parsed.GetValue(slots), parsed.GetValue(config), parsed.GetValue(ca), parsed.GetValue(json), parsed.GetValue(verbose))
            {
                Store = parsed.GetValue(store),
                SqliteFile = parsed.GetValue(file),
            };
            return await UpProcess.RunAsync(arguments, TimeProvider.System);
        });
        return command;
    }
}
