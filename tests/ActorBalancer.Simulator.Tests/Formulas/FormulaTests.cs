using System.Globalization;
using ActorBalancer.Simulator.Formulas;

namespace ActorBalancer.Simulator.Tests.Formulas;

/// <summary>The formulas give what others computed on their own.</summary>
public sealed class FormulaTests
{
    [Theory]
    [InlineData(2, 0.5)]
    [InlineData(2, 0.99)]
    [InlineData(8, 0.7)]
    [InlineData(8, 0.95)]
    [InlineData(100, 0.8)]
    [InlineData(100, 0.99)]
    public void Jobs_wait_with_the_probability_of_Erlangs_C(int servers, double load) =>
        Equal(Oracle.Value("M/M/c FCFS central queue", Parameters(servers, load), "P(wait>0)"), new CentralQueue(servers, load).WaitProbability);

    [Theory]
    [InlineData(2, 0.7)]
    [InlineData(8, 0.9)]
    [InlineData(100, 0.99)]
    public void Central_queue_has_the_mean_response_of_theory(int servers, double load) =>
        Equal(Oracle.Value("M/M/c FCFS central queue", Parameters(servers, load), "mean response E[T]"), new CentralQueue(servers, load).MeanResponse);

    [Theory]
    [InlineData(8, 0.5)]
    [InlineData(8, 0.7)]
    [InlineData(8, 0.99)]
    [InlineData(100, 0.95)]
    public void Central_queue_has_the_99th_percentile_of_theory(int servers, double load) =>
        Equal(Oracle.Value("M/M/c FCFS central queue", Parameters(servers, load), "p99 response"), new CentralQueue(servers, load).ResponseQuantile(0.99));

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Central_queue_of_one_server_is_the_single_server(double load)
    {
        CentralQueue one = new(1, load);
        Assert.Equal(load, one.WaitProbability, 12);
        Assert.Equal(1 / (1 - load), one.MeanResponse, 9);
        Assert.Equal(Math.Log(100) / (1 - load), one.ResponseQuantile(0.99), 6);
    }

    [Fact]
    public void Tail_is_continuous_where_wait_and_service_have_one_rate()
    {
        double[] around = [.. new[] { 0.875 - 1e-5, 0.875, 0.875 + 1e-5 }.Select(load => new CentralQueue(8, load).ResponseTail(3))];
        Assert.InRange(around[1], around[0], around[2]);
    }

    [Theory]
    [InlineData("M/D/1 rho=0.9", 0.9, 0)]
    [InlineData("M/E2/1 rho=0.9", 0.9, 0.5)]
    [InlineData("M/H2/1 C2=10 rho=0.9", 0.9, 10)]
    public void Single_server_has_the_mean_wait_of_Pollaczek_and_Khinchine(string row, double load, double squaredVariation) =>
        Equal(Oracle.Value("M/G/1 FCFS", row, "mean wait E[W]"), SingleServer.MeanWait(load, squaredVariation));

    [Theory]
    [InlineData(2, 0.7)]
    [InlineData(2, 0.95)]
    [InlineData(4, 0.8)]
    [InlineData(8, 0.95)]
    [InlineData(100, 0.9)]
    public void Every_nth_arrival_has_the_mean_wait_of_theory(int n, double load) =>
        Equal(Oracle.Value("RR by ONE router E_n/M/1", string.Create(CultureInfo.InvariantCulture, $"n={n} rho={load}"), "mean wait E[W]"), SingleServer.MeanResponseOfEveryNth(n, load) - 1);

    [Theory]
    [InlineData(1, 12.7062)]
    [InlineData(2, 4.3027)]
    [InlineData(9, 2.2622)]
    [InlineData(19, 2.0930)]
    [InlineData(1000, 1.9623)]
    public void Interval_has_the_width_of_the_tables(int degreesOfFreedom, double tables) =>
        Assert.Equal(tables, StudentT.HalfWidthFactor(degreesOfFreedom), 4);

    private static string Parameters(int servers, double load) => string.Create(CultureInfo.InvariantCulture, $"c={servers} rho={load}");

    /// <summary>The rows have six digits behind the point.</summary>
    private static void Equal(double expected, double actual) => Assert.InRange(actual, expected - 6e-7, expected + 6e-7);
}
