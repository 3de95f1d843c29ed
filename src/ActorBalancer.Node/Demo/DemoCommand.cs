using System.CommandLine;

namespace ActorBalancer.Node.Demo;

/// <summary><c>actorbalancer demo</c>: real jobs on a real cluster, under each strategy, with a worker killed on the way.</summary>
internal static class DemoCommand
{
    private const int MostWorkers = 32;

    // As many as the memory store takes at once.
    private const int MostJobs = 100_000;

    public static Command Create()
    {
        Option<string?> folder = new("--folder") { Description = $"Whose files the jobs hash, the first {SampleFiles.Most} of at most {SampleFiles.MostBytes >> 20} MiB each; the checkout by default.", HelpName = "DIR" };
        Option<int> workers = new("--workers") { Description = $"Worker processes, 1 to {MostWorkers}; their slots are 1, 2, 4, 1, 2, ...", HelpName = "N", DefaultValueFactory = _ => 3 };
        Option<int?> jobs = new("--jobs") { Description = $"Jobs per strategy, 1 to {MostJobs}; one a file by default.", HelpName = "N" };
        Option<bool> noKill = new("--no-kill") { Description = "Let every worker live." };
        Option<bool> json = new("--json") { Description = "Print one JSON document instead of tables." };
        workers.Validators.Add(r => InRange(r, workers, r.GetValueOrDefault<int>(), MostWorkers));
        jobs.Validators.Add(r => InRange(r, jobs, r.GetValueOrDefault<int?>() ?? 1, MostJobs));

        Verb command = new(
            "demo",
            "Starts a router and workers as processes of their own and runs real jobs, the SHA-256 of files, under each strategy in turn; "
            + "kills a worker in the middle of them, starts another, and compares every result with its own.",
            "actorbalancer demo --folder /usr/share/doc --jobs 200")
        {
            folder, workers, jobs, noKill, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            DemoArguments arguments = new(
                parsed.GetValue(folder), parsed.GetValue(workers), parsed.GetValue(jobs), !parsed.GetValue(noKill), parsed.GetValue(json));
            return await DemoProcess.RunAsync(arguments, TimeProvider.System);
        });
        return command;
    }

    private static void InRange(System.CommandLine.Parsing.OptionResult result, Option option, int value, int most)
    {
        if (value < 1 || value > most)
            result.AddError($"{option.Name} is {value}; give a number from 1 to {most}.");
    }
}
