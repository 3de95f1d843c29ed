using ActorBalancer.Dispatch;
using ActorBalancer.Load;
using ActorBalancer.Simulator.Fleets;

namespace ActorBalancer.Simulator.Engine;

/// <summary>
/// What the metrics actor of one router node does: it hears of the router's runs, and about once a second decides the weights, by the load book
/// of the product. Nobody tells it how fast the workers are.
/// </summary>
internal sealed class RouterLearning
{
    /// <summary>All simulated jobs are of one kind.</summary>
    private const string Kind = "work";

    private readonly SimulatedWorker[] _workers;
    private readonly double _micros;
    private readonly KindTally[] _tallies;
    private readonly LoadBook _book = new(new SlowStart(TimeSpan.Zero, 1), default);
    private long _version;

    /// <param name="workers">The fleet, of which the weights are used and not the speeds.</param>
    /// <param name="serviceSeconds">How many seconds a mean service time has.</param>
    public RouterLearning(SimulatedWorker[] workers, double serviceSeconds)
    {
        _workers = workers;
        _micros = serviceSeconds * Moment.PerSecond;
        _tallies = new KindTally[workers.Length];
        for (int i = 0; i < workers.Length; i++)
            _book.Join(i + 1, workers[i].Weight, default);
    }

    /// <summary>A job of this router ran for so long.</summary>
    public void Finished(int worker, double duration)
    {
        double log = Math.Log(Math.Max(1, duration * _micros));
        ref KindTally tally = ref _tallies[worker];
        tally.Succeeded++;
        tally.LogSum += log;
        tally.LogSquares += log * log;
    }

    /// <summary>Tells the book of the runs since the last call, and sets the weights where they have changed.</summary>
    public void Weigh(double now, Action<int, int> set)
    {
        Moment moment = new((long)(now * _micros), (long)(now * _micros / Moment.PerMillisecond));
        List<RunTally> runs = [];
        for (int i = 0; i < _tallies.Length; i++)
        {
            ref KindTally tally = ref _tallies[i];
            if (tally.Succeeded > 0)
                runs.Add(new RunTally(i + 1, Kind, tally.Succeeded, 0, tally.LogSum, tally.LogSquares));
            tally = default;
        }
        _book.Read([.. runs], moment);
        Weights weights = _book.Weigh(moment);
        if (weights.Version == _version) return;
        _version = weights.Version;
        foreach (WorkerWeight weight in weights.Workers)
            set((int)weight.WorkerIncarnation - 1, KindFactor.Learned(weight.Effective, KindFactor.Of(weight.Factors, Kind)));
    }
}
