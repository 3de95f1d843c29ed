using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ActorBalancer.Node.Tools;
using ActorBalancer.Simulator;
using ActorBalancer.Simulator.Planning;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Node.Predict;

/// <summary><c>actorbalancer plan</c>: how many workers a rate of jobs takes, under each strategy.</summary>
internal static class PlanCommand
{
    private static readonly Option<string?> Rate = new("--rate") { Description = "Arrivals a mean service time: as many workers are busy on average.", HelpName = "NUMBER", Required = true };
    private static readonly Option<string?> Service = new("--service") { Description = "How long jobs run: exp, det, erlang:K, h2:C2, lognormal:CV, pareto:ALPHA:RATIO or trace:FILE.", HelpName = "LAW", Required = true };
    private static readonly Option<string?> Target = new("--target-p99") { Description = "The response time that 99 of 100 jobs may not exceed, in mean service times.", HelpName = "TIME", Required = true };
    private static readonly Option<string?> Speeds = new("--workers-speed") { Description = "The workers' speed, 1 by default; with commas between several, they are taken in turn.", HelpName = "SPEED" };
    private static readonly Option<string?> Slots = new("--slots") { Description = "Jobs that each worker runs at once; 1 by default.", HelpName = "N" };
    private static readonly Option<string?> Arrivals = new("--arrivals") { Description = "poisson or bursty:F; poisson by default.", HelpName = "LAW" };
    private static readonly Option<string?> Strategy = new("--strategy") { Description = "all, or names with commas between them; all by default.", HelpName = "NAMES" };
    private static readonly Option<string?> Binding = new("--binding") { Description = "early or late; left out: each strategy's own.", HelpName = "WHEN" };
    private static readonly Option<string?> Weights = new("--weights") { Description = "static or learned; left out: each strategy's own.", HelpName = "FROM" };
    private static readonly Option<string?> ServiceTime = new("--service-time") { Description = "How many seconds the mean service time has, since learning goes by seconds; 1 by default, a trace's own where it is a trace.", HelpName = "SECONDS" };
    private static readonly Option<string?> Choices = new("--choices") { Description = "How many workers 'random' draws to take the least loaded of them; 1 by default.", HelpName = "N" };
    private static readonly Option<string?> Jobs = new("--jobs") { Description = "Jobs a run; 200000 by default.", HelpName = "N" };
    private static readonly Option<string?> Replications = new("--replications") { Description = "Independent runs of a fleet; 4 by default.", HelpName = "N" };
    private static readonly Option<string?> Seed = new("--seed") { Description = "The same seed gives the same bytes; 1 by default.", HelpName = "N" };
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON." };

    public static Command Create()
    {
        Verb verb = new(
            "plan",
            "Finds the smallest fleet that holds a response time, under each strategy; exit code 1 if no fleet does.",
            "actorbalancer plan --rate 12 --service exp --target-p99 8");
        foreach (Option option in (IEnumerable<Option>)[Rate, Service, Target, Speeds, Slots, Arrivals, Strategy, Binding, Weights, ServiceTime, Choices, Jobs, Replications, Seed, Json])
            verb.Options.Add(option);
        verb.SetAction(parsed => PredictRun.Guard(stop => Run(parsed, stop)));
        return verb;
    }

    private static int Run(ParseResult parsed, CancellationToken stop)
    {
        PlanOptions options = Read(parsed);
        Screen screen = new();
        FleetPlan[] plans = PredictRun.AtWork(screen, parsed.GetValue(Json), () => FleetPlanner.Plan(options, stop));
        bool reachable = plans.Any(p => p.Workers is not null);
        if (parsed.GetValue(Json))
            screen.Lines.WriteLine(JsonSerializer.Serialize(PlanReport.Of(options, plans), PredictJson.Default.PlanReport));
        else if (reachable)
            Write(screen, parsed, options, plans);
        if (options.TargetP99 < options.IdleP99)
            Tool.Remark($"No fleet holds a p99 of {Number(options.TargetP99)}: even where nobody waits 1 of 100 jobs takes longer than {Number(options.IdleP99)}. Give a target above that, or faster workers.");
        else if (!reachable)
            Tool.Remark($"No fleet of up to {PlanOptions.MostWorkers} workers holds a p99 of {Number(options.TargetP99)}; where nobody waits it is {Number(options.IdleP99)}.");
        return reachable ? ExitCode.Done : ExitCode.Failed;
    }

    private static PlanOptions Read(ParseResult parsed)
    {
        ServiceLaw service = SpecText.Service(parsed.GetValue(Service)!, Trace.Read);
        return new PlanOptions
        {
            Rate = parsed.Number(Rate)!.Value,
            Service = service,
            Weights = StrategyNames.ParseWeights(parsed.GetValue(Weights)),
            ServiceSeconds = parsed.Number(ServiceTime) ?? SpecText.SecondsOf(service),
            TargetP99 = parsed.Number(Target)!.Value,
            Speeds = [.. (parsed.GetValue(Speeds) ?? "1").Split(',', StringSplitOptions.TrimEntries).Select(Speed)],
            Slots = (int)(parsed.Whole(Slots, 1, SimulationOptions.MostSlots) ?? 1),
            Arrivals = SpecText.Arrivals(parsed.GetValue(Arrivals) ?? "poisson", Trace.Read),
            Strategies = StrategyNames.Parse(parsed.GetValue(Strategy)),
            Binding = StrategyNames.ParseBinding(parsed.GetValue(Binding)),
            Choices = (int)(parsed.Whole(Choices, 1, StrategyOptions.MaxChoices) ?? 1),
            Jobs = parsed.Whole(Jobs, 1, SimulationOptions.MostJobs) ?? 200_000,
            Replications = (int)(parsed.Whole(Replications, 1, SimulationOptions.MostReplications) ?? 4),
            Seed = (ulong)(parsed.Whole(Seed, 0, long.MaxValue) ?? 1),
        };
    }

    private static double Speed(string text) =>
        SpecText.TryNumber(text, out double speed) ? speed : throw new SimulationException($"--workers-speed: '{text}' is no speed; give a number such as 1, or several with commas between them");

    private static void Write(Screen screen, ParseResult parsed, PlanOptions options, FleetPlan[] plans)
    {
        screen.Line($"{Number(options.Rate)} arrivals a mean service time, service {parsed.GetValue(Service)}; 99 of 100 jobs are to end within {Number(options.TargetP99)}.");
        screen.Line($"Times in mean service times at speed 1{SimulateScreen.Unit(options.Service)}; where nobody waits, p99 is {Number(options.IdleP99)}. T is the mean.");
        screen.Line("");
        Sheet sheet = new(
            "strategy", Column.Number("workers"), Column.Number("R/S"), "formula", Column.Number("T"), Column.Number("T sim."), Column.Number("p99"), Column.Number("p99 sim."));
        foreach (FleetPlan plan in plans)
        {
            sheet.Add(
                plan.Strategy, plan.Workers is { } workers ? $"{workers}" : "none", Number(options.Rate / plan.Workers), plan.Known?.Formula, Number(plan.Known?.Mean),
                Number(plan.Simulated?.Response.Mean.Mean), Number(plan.Known?.P99), Number(plan.Simulated?.Response.Quantiles[2]));
        }
        screen.Show(sheet);
    }

    private static string? Number(double? number) => number?.ToString("0.###", CultureInfo.InvariantCulture);
}
