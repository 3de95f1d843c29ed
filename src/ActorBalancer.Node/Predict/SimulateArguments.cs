using System.CommandLine;
using ActorBalancer.Simulator;
using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Node.Predict;

/// <summary>The options of <c>simulate</c>, as text; what they mean and allow is the simulator's matter.</summary>
internal sealed class SimulateArguments
{
    private readonly Option<string[]> _workers = new("--workers")
    {
        Description = "COUNTxSPEED:WEIGHT, such as 8x1 or 2x0.25:1; the weight is the speed where left out. Repeated for workers of several kinds; 8x1 by default.",
        HelpName = "GROUP",
    };

    private readonly Option<string?> _slots = Text("--slots", "Jobs that each worker runs at once; 1 by default.", "N");
    private readonly Option<string?> _arrivals = Text("--arrivals", "poisson, bursty:F, batch:R or trace:FILE; poisson by default.", "LAW");
    private readonly Option<string?> _service = Text("--service", "How long jobs run: exp, det, erlang:K, h2:C2, lognormal:CV, pareto:ALPHA:RATIO or trace:FILE; exp by default.", "LAW");
    private readonly Option<string?> _load = Text("--load", "The work that arrives over what all workers can do; 0.9 by default, a trace's own where it is a trace.", "SHARE");
    private readonly Option<string?> _rate = Text("--rate", "Arrivals a mean service time, instead of --load.", "NUMBER");
    private readonly Option<string?> _strategy = Text("--strategy", "all, or names with commas between them; all by default.", "NAMES");
    private readonly Option<string?> _binding = Text("--binding", "early: pick when a job arrives; late: when a slot is free; left out: each strategy's own.", "WHEN");
    private readonly Option<string?> _weights = Text("--weights", "static: strategies are told the weights; learned: they find out who is fast, as a cluster does; left out: each strategy's own.", "FROM");
    private readonly Option<string?> _serviceTime = Text("--service-time", "How many seconds the mean service time has, since learning goes by seconds; 1 by default, a trace's own where it is a trace.", "SECONDS");
    private readonly Option<string?> _routers = Text("--routers", "Routers that share the workers, each with its own view of them; 1 by default.", "N");
    private readonly Option<string?> _choices = Text("--choices", "How many workers 'random' draws to take the least loaded of them; 1 by default.", "N");
    private readonly Option<string?> _delay = Text("--delay", "How old the numbers of jobs in flight are that strategies see; 0 by default.", "TIME");
    private readonly Option<string?> _jobs = Text("--jobs", "Jobs a run, of which the first tenth is not counted; 1000000 by default.", "N");
    private readonly Option<string?> _replications = Text("--replications", "Independent runs; 20 by default.", "N");
    private readonly Option<string?> _seed = Text("--seed", "The same seed gives the same bytes; 1 by default.", "N");

    public IEnumerable<Option> All =>
        [_workers, _slots, _arrivals, _service, _load, _rate, _strategy, _binding, _weights, _serviceTime, _routers, _choices, _delay, _jobs, _replications, _seed];

    /// <exception cref="SimulationException">One of them is wrong.</exception>
    public SimulationOptions Read(ParseResult parsed)
    {
        Dictionary<string, Trace> traces = [];
        Trace Open(string file) => traces.TryGetValue(file, out Trace? known) ? known : traces[file] = Trace.Read(file);

        ArrivalLaw arrivals = SpecText.Arrivals(parsed.GetValue(_arrivals) ?? "poisson", Open);
        bool isTimed = arrivals is RecordedArrivals { Trace.HasServices: true };
        string service = parsed.GetValue(_service) ?? (isTimed ? parsed.GetValue(_arrivals)! : "exp");
        ServiceLaw law = SpecText.Service(service, Open);
        SimulationOptions options = new()
        {
            Workers = [.. (parsed.GetValue(_workers) is { Length: > 0 } groups ? groups : ["8x1"]).Select(WorkerGroup.Parse)],
            Arrivals = arrivals,
            Service = law,
            Slots = (int)(parsed.Whole(_slots, 1, SimulationOptions.MostSlots) ?? 1),
            Load = parsed.Number(_load),
            Rate = parsed.Number(_rate),
            Strategies = StrategyNames.Parse(parsed.GetValue(_strategy)),
            Binding = StrategyNames.ParseBinding(parsed.GetValue(_binding)),
            Weights = StrategyNames.ParseWeights(parsed.GetValue(_weights)),
            ServiceSeconds = parsed.Number(_serviceTime) ?? SpecText.SecondsOf(law),
            Routers = (int)(parsed.Whole(_routers, 1, SimulationOptions.MostRouters) ?? 1),
            Choices = (int)(parsed.Whole(_choices, 1, StrategyOptions.MaxChoices) ?? 1),
            Delay = parsed.Number(_delay) ?? 0,
            Jobs = parsed.Whole(_jobs, 1, SimulationOptions.MostJobs) ?? 1_000_000,
            Replications = (int)(parsed.Whole(_replications, 1, SimulationOptions.MostReplications) ?? 20),
            Seed = (ulong)(parsed.Whole(_seed, 0, long.MaxValue) ?? 1),
        };
        if (parsed.GetValue(_jobs) is not null && arrivals is BatchArrivals { Count: { } batch } && batch != options.Jobs)
            throw new SimulationException($"--jobs is {options.Jobs}, and --arrivals batch:{batch} is a batch of {batch}: leave --jobs out");
        options.Check();
        return options;
    }

    /// <summary>What was asked for, in one line.</summary>
    public string Describe(ParseResult parsed, SimulationOptions options)
    {
        string fleet = string.Join(" + ", options.Workers.Select(w => FormattableString.Invariant(
            $"{w.Count} worker{(w.Count == 1 ? "" : "s")} of speed {w.Speed}{(w.Weight == w.Speed ? "" : FormattableString.Invariant($" and weight {w.Weight}"))}")));
        string slots = options.Slots == 1 ? "" : FormattableString.Invariant($", {options.Slots} slots each");
        string service = parsed.GetValue(_service) ?? (options.Service is RecordedService ? "as recorded" : "exp");
        string arrivals = parsed.GetValue(_arrivals) ?? "poisson";
        string load = options.ArrivalRate > 0 ? FormattableString.Invariant($"load {options.ArrivalRate / options.Capacity:0.####}, ") : "";
        return $"{fleet}{slots}; {load}arrivals {arrivals}, service {service}";
    }

    private static Option<string?> Text(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };
}
