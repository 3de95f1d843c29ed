using System.Numerics;
using ActorBalancer.Strategies;
using BenchmarkDotNet.Attributes;

namespace ActorBalancer.Benchmarks.Pick;

/// <summary>
/// Ours, as the dispatcher uses them: pick, count the job started, count the one finished that was picked four jobs a
/// worker earlier. Weights 1, 2 and 4 in turn. Source hash hashes its string as well.
/// </summary>
public class OurPicks
{
    private Candidates _fleet = new();
    private int[] _running = [];
    private int _next;

    [ParamsSource(nameof(Strategies))]
    public string Strategy { get; set; } = "";

    [Params(10, 100, 1000)]
    public int Workers { get; set; }

    public static IEnumerable<string> Strategies => [.. StrategyCatalog.Ids, TwoChoices];

    internal const string TwoChoices = "random, 2 choices";

    [GlobalSetup]
    public void Setup()
    {
        _fleet = new Candidates(Workers);
        for (int row = 0; row < Workers; row++) _fleet.Join(row, SourceHash.Of($"worker-{row}"), 4, 1000 << (row % 3), true);
        bool two = Strategy == TwoChoices;
        StrategyCatalog.Create(two ? "random" : Strategy, _fleet, new StrategyOptions { Choices = two ? 2 : 1 }, 1);
        _running = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Workers * 4)];
        for (int i = 0; i < _running.Length; i++)
        {
            _running[i] = _fleet.Pick(SourceHash.Of(Workload.Sources[i % Workload.Picks]));
            _fleet.Started(_running[i]);
        }
    }

    [Benchmark(OperationsPerInvoke = Workload.Picks)]
    public int PickAndFinish()
    {
        bool hashes = Strategy == "source-hash";
        var fleet = _fleet;
        int[] running = _running;
        int next = _next;
        for (int i = 0; i < Workload.Picks; i++)
        {
            int row = fleet.Pick(hashes ? SourceHash.Of(Workload.Sources[i]) : 0);
            fleet.Started(row);
            fleet.Finished(running[next]);
            running[next] = row;
            next = (next + 1) & (running.Length - 1);
        }

        return _next = next;
    }
}
