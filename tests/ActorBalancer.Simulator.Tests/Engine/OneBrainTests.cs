using System.Globalization;
using ActorBalancer.Simulator.Engine;
using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Tests.Engine;

/// <summary>
/// The simulator's lines and slots are its own, made for speed. That they are those of the product is shown here: the same jobs
/// through the production dispatcher go to the same workers, one by one.
/// </summary>
public sealed class OneBrainTests
{
    private const int Jobs = 3_000;
    private const ulong Seed = 7;

    public static TheoryData<string, Binding, int> Rules()
    {
        TheoryData<string, Binding, int> rules = [];
        foreach (string strategy in StrategyCatalog.Ids)
        {
            rules.Add(strategy, Binding.Early, 1);
            rules.Add(strategy, Binding.Late, 1);
        }
        rules.Add("random", Binding.Early, 2);
        rules.Add("random", Binding.Late, 3);
        return rules;
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_job_goes_where_the_dispatcher_sends_it(string strategy, Binding binding, int choices)
    {
        RunSetting setting = new()
        {
            Workers = SimulatedWorker.Fleet([WorkerGroup.Parse("3x1"), WorkerGroup.Parse("2x2"), WorkerGroup.Parse("1x4:3")], slots: 2),
            Strategy = strategy,
            Binding = binding,
            Options = StrategyOptions.Default with { Choices = choices },
        };
        TimedJob[] jobs = Traffic(rate: 0.8 * 2 * (3 + 4 + 4));
        int[] dispatched = DispatcherRun.Place(setting, jobs, Seed);
        Assert.DoesNotContain(-1, dispatched);
        Assert.True(dispatched.Distinct().Count() > 1);
        Assert.Equal(dispatched, Simulated(setting, jobs));
    }

    private static int[] Simulated(RunSetting setting, TimedJob[] jobs)
    {
        var trace = Trace.Parse(jobs.Select(j => string.Create(CultureInfo.InvariantCulture, $$"""{"at":{{j.AtMicros}},"service":{{j.ServiceMicros}},"source":"{{j.Source}}"}""")), "test");
        RecordedArrivals arrivals = new(trace);
        int[] placements = new int[jobs.Length];
        JobStream stream = new(arrivals, new RecordedService(trace), arrivals.Rate!.Value, 1, 1, 0);
        QueueRun run = new(setting, stream, Seed) { Bound = (number, worker) => placements[number] = worker };
        run.Play(0, jobs.Length, 0);
        return placements;
    }

    /// <summary>Poisson arrivals, exponential times around a second, sources of unequal number of jobs.</summary>
    private static TimedJob[] Traffic(double rate)
    {
        Dice dice = new(11);
        double now = 0;
        TimedJob[] jobs = new TimedJob[Jobs];
        for (int i = 0; i < Jobs; i++)
        {
            now += Draws.Exponential(ref dice) / rate;
            long service = 8 * (1 + (long)(125_000 * Draws.Exponential(ref dice)));
            jobs[i] = new TimedJob((long)(now * 1e6), service, $"source-{dice.Below(dice.Below(60) + 1)}");
        }
        return jobs;
    }
}
