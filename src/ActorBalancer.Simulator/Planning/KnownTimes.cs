using ActorBalancer.Simulator.Formulas;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Planning;

/// <summary>Response times that queueing theory knows, in mean service times at speed 1.</summary>
/// <param name="Formula">Its name.</param>
/// <param name="Mean">The mean.</param>
/// <param name="P99">The 99th percentile; null where theory has the mean only.</param>
internal sealed record KnownTimes(string Formula, double Mean, double? P99)
{
    /// <summary>Null where no formula is exact.</summary>
    public static KnownTimes? Of(PlanOptions options, int workers, string strategy, Binding binding)
    {
        if (!options.IsUniform || options.Arrivals is not PoissonArrivals) return null;
        double speed = options.Speeds[0];
        double load = options.Rate / (workers * options.Slots * speed);
        // Weights that are learned are never quite equal, and jobs are not spread as the formulas have it.
        bool spreads = binding == Binding.Early && workers > 1 && strategy != "round-robin";
        if (spreads && options.With(workers, strategy).WeightsOf(strategy) == WeightSource.Learned) return null;
        bool exponential = options.Service is ErlangService { Stages: 1 };
        KnownTimes? known = (strategy, binding) switch
        {
            (_, Binding.Late) when exponential => Central(workers * options.Slots, load),
            _ when workers == 1 && exponential => Central(options.Slots, load),
            ("random", Binding.Early) when options.Choices == 1 => Split(options, load, exponential),
            ("round-robin" or "weighted-round-robin", Binding.Early) when exponential && options.Slots == 1 => Turns(workers, load),
            _ when workers == 1 && options.Slots == 1 => Split(options, load, exponential),
            _ => null,
        };
        return known is null ? null : known with { Mean = known.Mean / speed, P99 = known.P99 / speed };
    }

    private static KnownTimes Central(int servers, double load)
    {
        CentralQueue queue = new(servers, load);
        return new KnownTimes($"M/M/{servers}", queue.MeanResponse, queue.ResponseQuantile(0.99));
    }

    /// <summary>A Poisson stream that is split at random makes Poisson streams.</summary>
    private static KnownTimes? Split(PlanOptions options, double load, bool exponential)
    {
        if (exponential) return Central(options.Slots, load);
        return options.Slots == 1 ? new KnownTimes("M/G/1", 1 + SingleServer.MeanWait(load, options.Service.SquaredVariation), null) : null;
    }

    private static KnownTimes Turns(int workers, double load)
    {
        double mean = SingleServer.MeanResponseOfEveryNth(workers, load);
        return new KnownTimes($"E{workers}/M/1", mean, mean * Math.Log(100));
    }
}
