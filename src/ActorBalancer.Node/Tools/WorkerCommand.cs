using System.CommandLine;
using ActorBalancer.Client;

namespace ActorBalancer.Node.Tools;

/// <summary><c>actorbalancer worker list|drain|undrain</c>.</summary>
internal static class WorkerCommand
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public static Command Create() => new Verb("worker", "Looks at workers, and takes them out of work and back.", "actorbalancer worker drain worker-1 --wait")
    {
        List(),
        Drain(),
        Undrain(),
    };

    private static Verb List() => ToolVerb.Create("list", "Lists the workers.", "actorbalancer worker list", [], async (_, tool, stop) =>
    {
        IReadOnlyList<WorkerDetails> workers = await tool.Client.ListWorkersAsync(stop);
        if (tool.Json)
            tool.Print(new Listing<WorkerDetails>(workers), ClientJson.Default.ListingWorkerDetails);
        else
            ShowAll(tool, workers);
        return ExitCode.Done;
    });

    private static Verb Drain()
    {
        Argument<string> name = new("WORKER") { Description = "The worker's name." };
        Option<bool> wait = new("--wait") { Description = "Wait until it has no job any more." };
        return ToolVerb.Create(
            "drain",
            "Gives a worker no new jobs; its running ones finish. It stays in the cluster: stop its process, or undrain it.",
            "actorbalancer worker drain worker-1 --wait",
            [name, wait],
            async (parsed, tool, stop) =>
            {
                WorkerDetails worker = await tool.Client.DrainWorkerAsync(parsed.GetValue(name)!, stop);
                if (parsed.GetValue(wait))
                    worker = await WaitUntilIdleAsync(tool, worker, stop);
                Show(tool, worker);
                return ExitCode.Done;
            });
    }

    private static Verb Undrain()
    {
        Argument<string> name = new("WORKER") { Description = "The worker's name." };
        return ToolVerb.Create("undrain", "Gives a drained worker jobs again.", "actorbalancer worker undrain worker-1", [name], async (parsed, tool, stop) =>
        {
            Show(tool, await tool.Client.UndrainWorkerAsync(parsed.GetValue(name)!, stop));
            return ExitCode.Done;
        });
    }

    /// <summary>One that has left meanwhile has no job either.</summary>
    private static async Task<WorkerDetails> WaitUntilIdleAsync(Tool tool, WorkerDetails worker, CancellationToken stop)
    {
        while (worker.Running + worker.InFlight > 0 && worker.State != "gone")
        {
            await Task.Delay(Poll, tool.Clock, stop);
            WorkerDetails? now = (await tool.Client.ListWorkersAsync(stop)).FirstOrDefault(w => w.Name == worker.Name);
            worker = now ?? worker with { State = "gone", Running = 0, InFlight = 0 };
        }
        return worker;
    }

    private static void Show(Tool tool, WorkerDetails worker)
    {
        if (tool.Json)
            tool.Print(worker, ClientJson.Default.WorkerDetails);
        else
            ShowAll(tool, [worker]);
    }

    private static void ShowAll(Tool tool, IReadOnlyList<WorkerDetails> workers)
    {
        tool.Screen.Show(SheetOf(workers, tool.Clock.GetUtcNow()));
        foreach (WorkerDetails worker in workers.Where(w => w.Ejected is not null))
            tool.Screen.Line($"{worker.Name} is ejected: {worker.Ejected}");
    }

    private static Sheet SheetOf(IEnumerable<WorkerDetails> workers, DateTimeOffset now)
    {
        Sheet sheet = new(
            "worker", "state", Column.Number("slots"), Column.Number("running"), Column.Number("in flight"), Column.Number("weight"),
            Column.Number("now"), Column.Number("cpu"), Column.Number("memory"), Column.Number("age"));
        foreach (WorkerDetails w in workers)
        {
            sheet.Add(
                w.Name, w.State, $"{w.Slots}", $"{w.Running}", $"{w.InFlight}", Words.Number(w.Weight), Words.Number(w.EffectiveWeight),
                w.Load?.Cpu is { } cpu ? Words.Percent(cpu) : null,
                w.Load?.MemoryBytes is > 0 and { } bytes ? Words.Bytes(bytes) : null, Words.Age(w.UpSince, now));
        }
        return sheet;
    }
}
