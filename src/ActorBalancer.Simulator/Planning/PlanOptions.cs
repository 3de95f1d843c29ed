using System.Globalization;
using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Planning;

/// <summary>What a fleet is to hold. Times are in mean service times at speed 1.</summary>
internal sealed record PlanOptions
{
    /// <summary>The most workers that a plan goes up to.</summary>
    public const int MostWorkers = 10_000;

    /// <summary>Arrivals a mean service time: as many workers of speed 1 are busy on average.</summary>
    public required double Rate { get; init; }

    public required ServiceLaw Service { get; init; }

    public ArrivalLaw Arrivals { get; init; } = new PoissonArrivals();

    /// <summary>The response time that 99 of 100 jobs may not exceed.</summary>
    public required double TargetP99 { get; init; }

    /// <summary>A fleet of n has the first n of these, over and over.</summary>
    public IReadOnlyList<double> Speeds { get; init; } = [1];

    public int Slots { get; init; } = 1;

    public IReadOnlyList<string> Strategies { get; init; } = StrategyCatalog.Ids;

    public Binding? Binding { get; init; }

    /// <inheritdoc cref="SimulationOptions.Weights"/>
    public WeightSource? Weights { get; init; }

    /// <inheritdoc cref="SimulationOptions.ServiceSeconds"/>
    public double ServiceSeconds { get; init; } = 1;

    public int Choices { get; init; } = 1;

    /// <summary>Of each run.</summary>
    public long Jobs { get; init; } = 200_000;

    public int Replications { get; init; } = 4;

    public ulong Seed { get; init; } = 1;

    /// <summary>What 99 of 100 jobs do not exceed where nobody waits and all run on the fastest worker.</summary>
    public double IdleP99 => Service.Quantile(0.99) / Speeds.Max();

    /// <summary>Workers alike, so that formulas apply.</summary>
    public bool IsUniform => Speeds.Distinct().Count() == 1;

    public SimulationOptions With(int workers, string strategy) => new()
    {
        Workers = [.. Enumerable.Range(0, workers).Select(i => Speeds[i % Speeds.Count]).Select(speed => WorkerGroup.Of(1, speed))],
        Slots = Slots,
        Arrivals = Arrivals,
        Service = Service,
        Rate = Rate,
        Strategies = [strategy],
        Binding = Binding,
        Weights = Weights,
        ServiceSeconds = ServiceSeconds,
        Choices = Choices,
        Jobs = Jobs,
        Replications = Replications,
        Seed = Seed,
    };

    /// <exception cref="SimulationException">Something is out of its range.</exception>
    public void Check()
    {
        if (Arrivals.Count is not null) throw new SimulationException("a plan is for jobs that keep coming: give poisson or bursty:F");
        if (!(Rate > 0)) throw Wrong($"the rate is {Rate}: give arrivals a mean service time, above 0");
        if (!(TargetP99 > 0)) throw Wrong($"the target is {TargetP99}: give mean service times, above 0");
        if (Speeds.Count == 0 || Speeds.Any(s => !(s >= 0.001 && s <= 1_000_000))) throw new SimulationException("speeds must be numbers from 0.001 to 1000000");
        if (Least() > MostWorkers) throw Wrong($"a rate of {Rate} takes more than {MostWorkers} workers just to keep up: give a smaller rate, or faster workers");
        With(Least(), Strategies[0]).Check();
    }

    /// <summary>The fewest workers that can do the work at all.</summary>
    public int Least()
    {
        double capacity = 0;
        int workers = 0;
        while (capacity <= Rate && workers <= MostWorkers) capacity += Slots * Speeds[workers++ % Speeds.Count];
        return workers;
    }

    private static SimulationException Wrong(FormattableString text) => new(text.ToString(CultureInfo.InvariantCulture));
}
