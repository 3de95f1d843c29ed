using ActorBalancer.SystemTests.Campaign.Checking;
using ActorBalancer.SystemTests.Campaign.Faults;

namespace ActorBalancer.SystemTests.Campaign;

/// <summary><c>tests/campaign</c>: rounds until the time is over.</summary>
internal static class CampaignCommand
{
    private const int ShownDuplicates = 5;

    public static async Task<int> RunAsync(string[] args)
    {
        if (CampaignArguments.Parse(args, out string problem) is not { } arguments)
        {
            await Console.Error.WriteLineAsync($"{problem}\n{CampaignArguments.Usage}");
            return 2;
        }
        List<RoundRow> rows = [];
        List<double> workers = [], routers = [];
        bool holds = true;
        int tried = 0;
        long began = TimeProvider.System.GetTimestamp();
        foreach (RoundPlan plan in Plans(arguments))
        {
            if (tried++ > 0 && TimeProvider.System.GetElapsedTime(began) >= arguments.Time)
                break;
            if (await Round.ObstacleAsync(plan) is { } obstacle)
            {
                Tell($"{plan.Name} on {plan.Store} is skipped: {obstacle}");
                if (arguments.Faults.Count > 0)
                    break;
                continue;
            }
            try
            {
                RoundResult result = await Round.PlayAsync(plan, Tell);
                rows.Add(result.Row);
                workers.AddRange(RoundFigures.OfWorkers(result.Evidence));
                routers.AddRange(RoundFigures.OfRouters(result.Evidence));
                holds &= result.Verdict.Holds;
                Tell($"{(result.Verdict.Holds ? "holds" : "BROKEN")}: {result.Row}");
                Tell($"  answers: {Submission.Sum(result.Evidence.Submissions)}");
                foreach (string duplicate in result.Verdict.Duplicated.Take(ShownDuplicates))
                    Tell($"  ran again: {duplicate}");
                foreach (string repeated in result.Verdict.Repeated)
                    Tell($"  {(plan.Faults.Any(f => f.KeepsRuns) ? "REPEATED" : "repeated")} beside a live worker: {repeated}");
                if (!result.Verdict.Holds || arguments.Verbose)
                    Tell($"{result.Verdict}\n{result.Logs}");
            }
            catch (Exception fault)
            {
                // A cluster that does not heal is no less a failure than one that lost something.
                holds = false;
                Tell($"BROKEN: {plan}: {fault}");
            }
        }
        (Spread worker, Spread router) = (Spread.Of(workers), Spread.Of(routers));
        Tell(FormattableString.Invariant($"{workers.Count} runs were broken off with their worker: started again after p50 {worker.P50}, p95 {worker.P95}, max {worker.Max} ms"));
        Tell(FormattableString.Invariant($"{routers.Count} routers were killed: the next job was assigned after p50 {router.P50}, p95 {router.P95}, max {router.Max} ms"));
        if (arguments.Json)
            Console.WriteLine(RoundRow.Json(rows));
        else
            rows.ForEach(Console.WriteLine);
        return holds && rows.Count > 0 ? 0 : 1;
    }

    private static IEnumerable<RoundPlan> Plans(CampaignArguments arguments)
    {
        Random dice = new(arguments.Seed);
        int seed = arguments.Seed;
        while (true)
        {
            // Every fault comes once before any comes again.
            Fault[] deck = [.. FaultCatalog.All];
            dice.Shuffle(deck);
            IEnumerable<IReadOnlyList<Fault>> rounds = arguments.Faults.Count > 0 ? [arguments.Faults] : deck.Select(f => (Fault[])[f]);
            foreach (IReadOnlyList<Fault> faults in rounds)
            {
                foreach (string store in arguments.Stores.Where(s => faults.All(f => f.FitsOn(s))))
                    yield return new RoundPlan(store, seed++, faults) { Verbose = arguments.Verbose };
            }
        }
    }

    private static void Tell(string text) => Console.Error.WriteLine(text);
}
