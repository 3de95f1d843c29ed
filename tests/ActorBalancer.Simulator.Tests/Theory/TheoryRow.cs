using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Tests.Theory;

/// <summary>A figure that is known, and the simulation that must find it.</summary>
/// <param name="Exact">What theory says.</param>
/// <param name="Metric">Which figure.</param>
/// <param name="Options">The simulation.</param>
internal sealed record TheoryRow(double Exact, Func<StrategyFigures, Estimate> Metric, SimulationOptions Options)
{
    public static readonly Func<StrategyFigures, Estimate> MeanResponse = f => f.Response.Mean;
    public static readonly Func<StrategyFigures, Estimate> MeanWait = f => f.Wait.Mean;
    public static readonly Func<StrategyFigures, Estimate> P99 = f => new Estimate(f.Response.Quantiles[2], f.Response.QuantileHalfWidths[2]);
    public static readonly Func<StrategyFigures, Estimate> WaitShare = f => f.WaitShare;
    public static readonly Func<StrategyFigures, Estimate> Slowdown = f => f.Slowdown!.Value;

    private const string Central = "M/M/c FCFS central queue";
    private const string Turns = "RR by ONE router E_n/M/1";
    private const string ConstantTurns = "RR by ONE router, deterministic jobs E_n/D/1 (= M/D/n FCFS)";
    private const string Supermarket = "Supermarket JSQ(d) n->inf";
    private const string TwoSpeeds = "2 heterogeneous exp servers speeds 1 and 4";
    private const string Single = "M/G/1 FCFS";
    private const string Response = "mean response E[T]";
    private const string Wait = "mean wait E[W]";

    /// <summary>Those that every run of the tests checks, at loads up to 0.9.</summary>
    public static Dictionary<string, TheoryRow> Quick { get; } = new()
    {
        ["one server, load 0.5, mean"] = new(Oracle.Value("M/M/1 FCFS", "rho=0.5", Response), MeanResponse, Play("1x1", 0.5, "random", 100_000)),
        ["one server, load 0.7, p99"] = new(Oracle.Value("M/M/1 FCFS", "rho=0.7", "p99 response"), P99, Play("1x1", 0.7, "random", 400_000)),
        ["one server, load 0.9, mean"] = new(Oracle.Value("M/M/1 FCFS", "rho=0.9", Response), MeanResponse, Play("1x1", 0.9, "random", 600_000)),
        ["central queue of 8, load 0.8, mean"] = new(Oracle.Value(Central, "c=8 rho=0.8", Response), MeanResponse, Play("8x1", 0.8, "least-connections", 100_000)),
        ["central queue of 8, load 0.9, share that waits"] = new(Oracle.Value(Central, "c=8 rho=0.9", "P(wait>0)"), WaitShare, Play("8x1", 0.9, "round-robin", 200_000, Binding.Late)),
        ["one worker with 8 slots, load 0.7, p99"] = new(Oracle.Value(Central, "c=8 rho=0.7", "p99 response"), P99, Play("1x1", 0.7, "round-robin", 100_000, slots: 8)),
        ["central queue of 100, load 0.9, share that waits"] = new(Oracle.Value(Central, "c=100 rho=0.9", "P(wait>0)"), WaitShare, Play("100x1", 0.9, "random", 600_000, Binding.Late)),
        ["constant times, load 0.9, wait"] = new(Oracle.Value(Single, "M/D/1 rho=0.9", Wait), MeanWait, Play("1x1", 0.9, "random", 200_000, service: "det")),
        ["Erlang times, load 0.9, wait"] = new(Oracle.Value(Single, "M/E2/1 rho=0.9", Wait), MeanWait, Play("1x1", 0.9, "random", 400_000, service: "erlang:2")),
        ["one of two exponential times, load 0.9, wait"] = new(Oracle.Value(Single, "M/H2/1 C2=4 rho=0.9", Wait), MeanWait, Play("8x1", 0.9, "random", 2_000_000, service: "h2:4")),
        ["round robin over 2, load 0.9, wait"] = new(Oracle.Value(Turns, "n=2 rho=0.9", Wait), MeanWait, Play("2x1", 0.9, "round-robin", 700_000)),
        ["round robin over 8, load 0.8, p99"] = new(Oracle.Value(Turns, "n=8 rho=0.8", "p99 response"), P99, Play("8x1", 0.8, "round-robin", 300_000)),
        ["round robin over 8, constant times, load 0.9, wait"] = new(Oracle.Value(ConstantTurns, "n=8 rho=0.9", Wait), MeanWait, Play("8x1", 0.9, "weighted-round-robin", 300_000, service: "det")),
        ["shortest of 2 lines, load 0.7, mean"] = new(Oracle.Value("JSQ exact", "n=2 rho=0.7", Response), MeanResponse, Play("2x1", 0.7, "least-connections", 100_000, Binding.Early)),
        ["shortest of 3 lines, load 0.8, mean"] = new(Oracle.Value("JSQ exact", "n=3 rho=0.8", Response), MeanResponse, Play("3x1", 0.8, "least-connections", 200_000, Binding.Early)),
        ["two choices of 3, load 0.7, mean"] = new(Oracle.Value("JSQ(2) finite n exact (2 distinct samples)", "n=3 rho=0.7", Response), MeanResponse, Play("3x1", 0.7, "random", 100_000, choices: 2)),
        ["two choices of 1000, load 0.9, mean"] = new(Oracle.Value(Supermarket, "d=2 lambda=0.9", "mean time in system"), MeanResponse, Play("1000x1", 0.9, "random", 400_000, choices: 2, runs: 6)),
        ["random split over speeds 1 and 4, load 0.5, mean"] = new(Oracle.Value(TwoSpeeds, "random weighted 1:4 rho=0.5", Response), MeanResponse, Play("1x1,1x4", 0.5, "random", 100_000)),
        ["central queue of speeds 1 and 4, load 0.5, mean"] = new(Oracle.Value(TwoSpeeds, "central queue (late binding), fastest idle first rho=0.5", Response), MeanResponse, Play("1x1,1x4", 0.5, "least-connections", 100_000)),
        ["shorter of the lines of speeds 1 and 4, load 0.8, mean"] = new(Oracle.Value(TwoSpeeds, "LC unweighted, random tie rho=0.8", Response), MeanResponse, Play("1x1:1,1x4:1", 0.8, "least-connections", 200_000, Binding.Early)),
    };

    /// <summary>Those that take longer.</summary>
    public static Dictionary<string, TheoryRow> Slow { get; } = new()
    {
        ["one server, load 0.95, mean"] = new(Oracle.Value("M/M/1 FCFS", "rho=0.95", Response), MeanResponse, Play("1x1", 0.95, "random", 4_000_000)),
        ["central queue of 2, load 0.95, mean"] = new(Oracle.Value(Central, "c=2 rho=0.95", Response), MeanResponse, Play("2x1", 0.95, "least-connections", 3_000_000)),
        ["central queue of 100, load 0.95, p99"] = new(Oracle.Value(Central, "c=100 rho=0.95", "p99 response"), P99, Play("100x1", 0.95, "least-connections", 2_000_000)),
        ["one of two very unequal times, load 0.9, wait"] = new(Oracle.Value(Single, "M/H2/1 C2=10 rho=0.9", Wait), MeanWait, Play("8x1", 0.9, "random", 5_000_000, service: "h2:10")),
        ["heavy tail, load 0.7, wait"] = new(Oracle.Value(Single, "BP(alpha=1.5 p/k=1000) rho=0.7", Wait), MeanWait, Play("8x1", 0.7, "random", 5_000_000, service: "pareto:1.5:1000")),
        ["heavy tail, load 0.7, slowdown"] = new(Oracle.Value(Single, "BP(alpha=1.5 p/k=1000) rho=0.7", "mean slowdown E[T/X]"), Slowdown, Play("8x1", 0.7, "random", 5_000_000, service: "pareto:1.5:1000")),
        ["round robin over 100, load 0.9, p99"] = new(Oracle.Value(Turns, "n=100 rho=0.9", "p99 response"), P99, Play("100x1", 0.9, "round-robin", 3_000_000)),
        ["round robin over 8, load 0.95, wait"] = new(Oracle.Value(Turns, "n=8 rho=0.95", Wait), MeanWait, Play("8x1", 0.95, "round-robin", 4_000_000)),
        ["shortest of 2 lines, load 0.95, mean"] = new(Oracle.Value("JSQ exact", "n=2 rho=0.95", Response), MeanResponse, Play("2x1", 0.95, "least-connections", 3_000_000, Binding.Early)),
        ["one choice of 1000, load 0.9, mean"] = new(Oracle.Value(Supermarket, "d=1 lambda=0.9", "mean time in system"), MeanResponse, Play("1000x1", 0.9, "random", 2_000_000)),
        ["two choices of 1000, load 0.95, mean"] = new(Oracle.Value(Supermarket, "d=2 lambda=0.95", "mean time in system"), MeanResponse, Play("1000x1", 0.95, "random", 2_000_000, choices: 2)),
        ["three choices of 1000, load 0.9, mean"] = new(ManyLines(3, 0.9), MeanResponse, Play("1000x1", 0.9, "random", 1_000_000, choices: 3)),
        ["five choices of 1000, load 0.7, p99"] = new(Oracle.Value(Supermarket, "d=5 lambda=0.7", "p99 time in system"), P99, Play("1000x1", 0.7, "random", 1_000_000, choices: 5)),
        ["five choices of 1000, load 0.95, mean"] = new(Oracle.Value(Supermarket, "d=5 lambda=0.95", "mean time in system"), MeanResponse, Play("1000x1", 0.95, "random", 2_000_000, choices: 5)),
    };

    /// <summary>Reported and not judged: at a load of 0.99 no run is long enough.</summary>
    public static Dictionary<string, TheoryRow> Reported { get; } = new()
    {
        ["one server, load 0.99, mean"] = new(Oracle.Value("M/M/1 FCFS", "rho=0.99", Response), MeanResponse, Play("1x1", 0.99, "random", 5_000_000)),
        ["central queue of 8, load 0.99, mean"] = new(Oracle.Value(Central, "c=8 rho=0.99", Response), MeanResponse, Play("8x1", 0.99, "least-connections", 5_000_000)),
        ["central queue of 100, load 0.99, share that waits"] = new(Oracle.Value(Central, "c=100 rho=0.99", "P(wait>0)"), WaitShare, Play("100x1", 0.99, "least-connections", 5_000_000)),
        ["five choices of 1000, load 0.99, mean"] = new(Oracle.Value(Supermarket, "d=5 lambda=0.99", "mean time in system"), MeanResponse, Play("1000x1", 0.99, "random", 3_000_000, choices: 5)),
    };

    public static SimulationOptions Play(
        string workers, double load, string strategy, long jobs, Binding? binding = null, string service = "exp", int choices = 1, int slots = 1, int runs = 20) => new()
        {
            Workers = [.. workers.Split(',').Select(WorkerGroup.Parse)],
            Slots = slots,
            Arrivals = new PoissonArrivals(),
            Service = SpecText.Service(service, Trace.Read),
            Load = load,
            Strategies = [strategy],
            Binding = binding,
            Choices = choices,
            Jobs = jobs,
            Replications = runs,
            Seed = 1,
        };

    /// <summary>
    /// The mean with d choices of very many (Mitzenmacher 2001; Vvedenskaya, Dobrushin, Karpelevich 1996): the sum of load^((d^i - d)/(d - 1)).
    /// </summary>
    private static double ManyLines(int choices, double load)
    {
        double sum = 0;
        for (int i = 1; i < 30; i++) sum += Math.Pow(load, (Math.Pow(choices, i) - choices) / (choices - 1));
        return sum;
    }
}
