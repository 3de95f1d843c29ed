using System.Globalization;
using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator;

/// <summary>What is to be simulated. Times are in mean service times at speed 1.</summary>
internal sealed record SimulationOptions
{
    public const int MostSlots = 100_000;
    public const int MostRouters = 1_000;
    public const int MostReplications = 10_000;
    public const long MostJobs = 10_000_000_000;
    public const double LeastServiceSeconds = 0.001;
    public const double MostServiceSeconds = 1_000;

    public required IReadOnlyList<WorkerGroup> Workers { get; init; }

    /// <summary>Of each worker. Default 1, 1 to <see cref="MostSlots"/>.</summary>
    public int Slots { get; init; } = 1;

    public required ArrivalLaw Arrivals { get; init; }

    public required ServiceLaw Service { get; init; }

    /// <summary>The work that arrives over what the fleet can do. Where neither this nor <see cref="Rate"/> is given: the trace's, else 0.9.</summary>
    public double? Load { get; init; }

    /// <summary>Arrivals a mean service time, instead of <see cref="Load"/>.</summary>
    public double? Rate { get; init; }

    /// <summary>Ids of the <see cref="StrategyCatalog"/>.</summary>
    public IReadOnlyList<string> Strategies { get; init; } = StrategyCatalog.Ids;

    /// <summary>Null: each strategy's own.</summary>
    public Binding? Binding { get; init; }

    /// <summary>Null: each strategy's own.</summary>
    public WeightSource? Weights { get; init; }

    /// <summary>How long the mean service time is, since learning goes by seconds. Default 1, <see cref="LeastServiceSeconds"/> to <see cref="MostServiceSeconds"/>.</summary>
    public double ServiceSeconds { get; init; } = 1;

    /// <summary>Default 1, 1 to <see cref="MostRouters"/>.</summary>
    public int Routers { get; init; } = 1;

    /// <summary>For the strategies that draw; see <see cref="StrategyOptions.Choices"/>.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>The age of the counts of jobs in flight that strategies see. Default 0.</summary>
    public double Delay { get; init; }

    /// <summary>A run. Default 1,000,000; no more than a batch or a trace has. Of other arrivals the first tenth is not counted.</summary>
    public long Jobs { get; init; } = 1_000_000;

    /// <summary>Independent runs of each strategy. Default 20.</summary>
    public int Replications { get; init; } = 20;

    public ulong Seed { get; init; } = 1;

    /// <summary>Whether the arrivals have an end of their own, and are counted from the first to the end of the last.</summary>
    public bool IsStory => Arrivals.Count is not null;

    /// <summary>Whether some strategy has to find out first how fast the workers are.</summary>
    public bool Learns => Strategies.Any(s => WeightsOf(s) == WeightSource.Learned);

    /// <summary>The work that the fleet does in a unit of time.</summary>
    public double Capacity => Slots * Workers.Sum(w => w.Count * w.Speed);

    /// <summary>Arrivals a mean service time; 0 where all jobs come at once.</summary>
    /// <exception cref="SimulationException">Nothing says how fast jobs arrive.</exception>
    public double ArrivalRate => this switch
    {
        { IsBatch: true } => 0,
        { Rate: { } rate } => rate,
        { Load: { } load } => load * Capacity,
        { Arrivals.Rate: { } rate } => rate,
        { IsStory: true } => throw new SimulationException("the trace has no service times, so nothing tells how long one is against its gaps: give a load or a rate"),
        _ => 0.9 * Capacity,
    };

    /// <summary>Where the strategy's weights come from.</summary>
    public WeightSource WeightsOf(string strategy) =>
        Weights ?? (StrategyCatalog.TryGet(strategy, out StrategyInfo? info) ? info.DefaultWeights : WeightSource.Static);

    private bool IsBatch => Arrivals is BatchArrivals or RecordedArrivals { IsBatch: true };

    /// <exception cref="SimulationException">Something is out of its range, or cannot be together.</exception>
    public void Check()
    {
        if (Workers.Count == 0) throw new SimulationException("no workers: give COUNTxSPEED, such as 8x1");
        if (Workers.Sum(w => (long)w.Count) > WorkerGroup.MostWorkers) throw Wrong($"more than {WorkerGroup.MostWorkers} workers");
        if (Workers.All(w => w.Thousandths == 0)) throw new SimulationException("every worker has weight 0, so none takes jobs: give one of them a weight above 0");
        InRange("slots", Slots, 1, MostSlots);
        InRange("routers", Routers, 1, MostRouters);
        InRange("choices", Choices, 1, StrategyOptions.MaxChoices);
        InRange("jobs", Jobs, 1, MostJobs);
        InRange("replications", Replications, 1, MostReplications);
        if (!(ServiceSeconds >= LeastServiceSeconds && ServiceSeconds <= MostServiceSeconds))
            throw Wrong($"the mean service time is {ServiceSeconds} s: give seconds from {LeastServiceSeconds} to {MostServiceSeconds}");
        if (!(Delay >= 0 && Delay <= 1e6)) throw Wrong($"the delay is {Delay}: give mean service times from 0 to 1000000");
        if (Load is not null && Rate is not null) throw new SimulationException("both a load and a rate are given: leave one of them out");
        if (IsBatch && (Load ?? Rate) is not null)
            throw new SimulationException("a load or a rate says how fast jobs arrive, and here all come at once: leave it out");
        if (Load is { } load && !(load > 0 && load <= 1e6)) throw Wrong($"the load is {load}: give a number above 0, below 1 unless the jobs are those of a trace");
        if (Rate is { } rate && !(rate > 0 && rate <= 1e9)) throw Wrong($"the rate is {rate}: give arrivals a mean service time, above 0 and up to 1000000000");
        CheckLoad();
    }

    /// <summary>Without an end of the arrivals there must be room for all of them, or the response time is a matter of when one stops to look.</summary>
    private void CheckLoad()
    {
        double open = Slots * Workers.Where(w => w.Thousandths > 0).Sum(w => w.Count * w.Speed);
        double load = ArrivalRate / open;
        if (IsStory || load < 1) return;
        throw Wrong(
            $"the load is {load:0.####}: jobs bring {ArrivalRate:0.######} of work a unit of time and the workers can do {open:0.######}, so lines grow for ever; give a load below 1, or more workers");
    }

    private static void InRange(string name, long value, long low, long high)
    {
        if (value < low || value > high) throw Wrong($"{name} is {value}: give a number from {low} to {high}");
    }

    private static SimulationException Wrong(FormattableString text) => new(text.ToString(CultureInfo.InvariantCulture));
}
