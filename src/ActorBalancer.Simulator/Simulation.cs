using ActorBalancer.Simulator.Engine;
using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator;

/// <summary>
/// Plays every strategy over the same jobs, several times, and sums up. Runs go to all processors; what comes out depends on the options
/// alone, not on how many there are.
/// </summary>
internal static class Simulation
{
    /// <summary>Seeds of strategies, apart from those of the traffic.</summary>
    private const int StrategyStream = 16;

    // What a weight takes to get to where it belongs, and the runs by which one knows where that is.
    private const double LearningSeconds = 60;
    private const double LearningRuns = 100;

    /// <exception cref="SimulationException">The options are wrong.</exception>
    public static StrategyFigures[] Run(SimulationOptions options, CancellationToken stop = default) => Run(options, ViewFault.None, stop);

    /// <inheritdoc cref="Run(SimulationOptions, CancellationToken)"/>
    internal static StrategyFigures[] Run(SimulationOptions options, ViewFault fault, CancellationToken stop = default)
    {
        options.Check();
        Trial[] trials = [.. options.Strategies.Select(id => new Trial(options, SettingOf(options, id) with { Fault = fault }))];
        var parallel = new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, trials.Length * options.Replications, parallel, i => trials[i / options.Replications].Play(i % options.Replications, stop));
        return [.. trials.Select(t => t.Sum())];
    }

    /// <summary>
    /// How many jobs fill the empty system before the first one of a run. A line of load rho forgets its beginning within some
    /// 1/(1 - sqrt(rho))^2 service times, more where these vary; but the jobs ahead are never more than four times those of the run.
    /// </summary>
    internal static long JobsAhead(SimulationOptions options)
    {
        if (options.IsStory) return 0;
        double load = options.ArrivalRate / options.Capacity;
        double relaxation = (1 + Math.Max(1, options.Service.SquaredVariation)) / 2 / Math.Pow(1 - Math.Sqrt(load), 2);
        double slowest = options.Workers.Min(w => w.Speed);
        double time = (4 * relaxation / slowest) + (20 * options.Arrivals.Memory) + (4 * options.Delay);
        if (options.Learns) time += (LearningSeconds / options.ServiceSeconds) + (LearningRuns / slowest);
        return (long)Math.Min(4.0 * options.Jobs, Math.Ceiling(options.ArrivalRate * time));
    }

    internal static RunSetting SettingOf(SimulationOptions options, string strategy)
    {
        if (!StrategyCatalog.TryGet(strategy, out var info))
            throw new SimulationException($"unknown strategy '{strategy}'; known are {string.Join(", ", StrategyCatalog.Ids)}");
        WeightSource weights = options.WeightsOf(strategy);
        return new RunSetting
        {
            Workers = SimulatedWorker.Fleet(options.Workers, options.Slots, weights),
            Weights = weights,
            ServiceSeconds = options.ServiceSeconds,
            Strategy = strategy,
            Binding = options.Binding ?? info.DefaultBinding,
            Options = StrategyOptions.Default with { Choices = options.Choices },
            Routers = options.Routers,
            Delay = options.Delay,
        };
    }

    /// <summary>The runs of one strategy.</summary>
    private sealed class Trial(SimulationOptions options, RunSetting setting)
    {
        private readonly RunFigures[] _runs = new RunFigures[options.Replications];
        private readonly Histogram _responses = new();
        private readonly Histogram _waits = new();

        public void Play(int replication, CancellationToken stop)
        {
            var stream = new JobStream(options.Arrivals, options.Service, options.ArrivalRate, setting.Routers, options.Seed, replication);
            var run = new QueueRun(setting, stream, JobStream.SeedOf(options.Seed, replication, StrategyStream));
            long jobs = Math.Min(options.Jobs, options.Arrivals.Count ?? long.MaxValue);
            Tally tally = run.Play(JobsAhead(options), jobs, options.IsStory ? 0 : jobs / 10, stop);
            _runs[replication] = tally.Figures(options.Capacity, [.. setting.Workers.Select(w => w.Capacity)], options.IsStory);
            lock (_runs)
            {
                _responses.Add(tally.Responses);
                _waits.Add(tally.Waits);
            }
        }

        public StrategyFigures Sum() => new()
        {
            Strategy = setting.Strategy,
            Binding = setting.Binding,
            Weights = setting.Weights,
            Response = TimeFigures.Of([.. _runs.Select(r => r.MeanResponse)], [.. _runs.Select(r => r.Responses)], _responses),
            Wait = TimeFigures.Of([.. _runs.Select(r => r.MeanWait)], [.. _runs.Select(r => r.Waits)], _waits),
            WaitShare = Estimate.Of(_runs.Select(r => r.WaitShare)),
            Slowdown = double.IsInfinity(options.Service.InverseMean) ? null : Estimate.Of(_runs.Select(r => r.MeanSlowdown)),
            Utilisation = Estimate.Of(_runs.Select(r => r.Utilisation)),
            Makespan = _runs.Average(r => r.Makespan),
            Shares = [.. setting.Workers.Select((_, w) => _runs.Average(r => r.Shares[w]))],
            Overloaded = options.IsStory ? [] : [.. Overloaded()],
            Jobs = _runs.Sum(r => r.Jobs),
        };

        /// <summary>By far more than chance explains, over all runs.</summary>
        private IEnumerable<OverloadedWorker> Overloaded()
        {
            if (setting.Binding == Binding.Late) yield break;
            for (int i = 0; i < setting.Workers.Length; i++)
            {
                Estimate load = Estimate.Of(_runs.Select(r => r.Loads[i]));
                if (load.Mean - (3 * (load.HalfWidth ?? 0.02)) > 1)
                    yield return new OverloadedWorker(setting.Workers[i].Name, setting.Workers[i].Speed, load.Mean);
            }
        }
    }
}
