using System.Globalization;
using System.Text.Json;
using ActorBalancer.Benchmarks.Durable;

namespace ActorBalancer.Benchmarks.Adapt;

/// <summary>
/// The <c>adapt</c> command: the same trouble for a cluster of real processes with static weights and for one that learns, side by side. It reports
/// and judges nothing: on a machine that does other things too, times are theirs as well.
/// </summary>
internal static class AdaptCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (!AdaptArguments.TryParse(args, out AdaptArguments? arguments))
        {
            Console.Error.WriteLine(AdaptArguments.Usage);
            return 2;
        }
        string? problem = null;
        bool byQuota = false;
        if (arguments.Slow != "speed")
        {
            using ControlGroup? trial = ControlGroup.TryCreate($"actorbalancer-trial-{Environment.ProcessId}", out problem);
            byQuota = trial is not null;
        }
        if (arguments.Slow == "quota" && !byQuota)
        {
            Console.Error.WriteLine($"no quota can be set here: {problem}; take --slow speed");
            return 2;
        }
        if (problem is not null)
            Console.Error.WriteLine($"no quota can be set here ({problem}): the speed of the slots is changed instead");
        AdaptRun run = new(arguments, byQuota, byQuota ? AdaptWorker.Calibrate() : 0);
        List<AdaptFigures> sides = [];
        foreach ((string strategy, string weights) in arguments.Sides)
            sides.Add(await run.RunAsync(strategy, weights));
        if (arguments.Json)
            Console.WriteLine(JsonSerializer.Serialize(sides, AdaptJson.Default.IReadOnlyListAdaptFigures));
        else
            Show(sides, arguments);
        return sides.TrueForAll(s => s.Unfinished == 0) ? 0 : 1;
    }

    private static void Show(List<AdaptFigures> sides, AdaptArguments arguments)
    {
        string[] workers = ["slow", "failing", "well", "late"];
        Line($"{Machine.Line}; load of the machine {Machine.Load():0.0}");
        Line($"{arguments.Rate} jobs a second at workers of {AdaptWorker.Slots} slots; one is slowed by {sides[0].SlowedBy}");
        foreach (AdaptFigures side in sides)
        {
            Console.WriteLine();
            Line($"{side.Strategy}, {side.Weights} weights: {side.Submitted} jobs, {side.Unfinished} without success");
            Line($"{"",-26}{"s",5}{"jobs",6}{"p50 ms",9}{"p99 ms",9}   share of {string.Join(", ", workers)}");
            foreach (PhaseFigures phase in side.Phases)
            {
                string shares = string.Join("  ", workers.Select(w => phase.Shares.TryGetValue(w, out double share) ? string.Create(CultureInfo.InvariantCulture, $"{share * 100,3:0}%") : "   -"));
                Line($"{phase.Name,-26}{phase.Seconds,5:0}{phase.Jobs,6}{phase.P50Ms,9:0}{phase.P99Ms,9:0}   {shares}");
            }
        }
        Console.WriteLine();
        Line($"{"seconds until",-58}{string.Concat(sides.Select(s => $"{s.Strategy,20}"))}");
        Row("the slow one has at most 1.5 times its new fair share", s => s.AdaptS);
        Row("the one that fails is ejected", s => s.EjectedS);
        Row("the late one has 3/4 of its fair share", s => s.JoinedS);
        Row("the slow one, well again, has 1/2 of its fair share", s => s.RecoverS);

        void Row(string name, Func<AdaptFigures, double?> figure) =>
            Line($"{name,-58}{string.Concat(sides.Select(s => figure(s) is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"{seconds,20:0.0}") : $"{"not in this run",20}"))}");
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
