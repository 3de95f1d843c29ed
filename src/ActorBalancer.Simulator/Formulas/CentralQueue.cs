namespace ActorBalancer.Simulator.Formulas;

/// <summary>
/// M/M/c: Poisson arrivals, exponential service times, one queue before c equal servers (A. K. Erlang, 1917). Times are in mean
/// service times; a job waits with the probability of Erlang's C, and then for an exponential time.
/// </summary>
internal sealed class CentralQueue
{
    private readonly double _drain;

    /// <param name="servers">How many.</param>
    /// <param name="load">Of each server, below 1.</param>
    public CentralQueue(int servers, double load)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(servers, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(load);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(load, 1);
        double offered = servers * load;
        double blocked = 1;
        for (int k = 1; k <= servers; k++) blocked = offered * blocked / (k + (offered * blocked));
        WaitProbability = blocked / (1 - (load * (1 - blocked)));
        _drain = servers - offered;
    }

    /// <summary>The share of jobs that wait.</summary>
    public double WaitProbability { get; }

    public double MeanWait => WaitProbability / _drain;

    public double MeanResponse => 1 + MeanWait;

    /// <summary>The share of jobs whose response takes longer.</summary>
    public double ResponseTail(double time)
    {
        double served = Math.Exp(-time);
        // A wait and a service of equal rates make an Erlang time; near it the difference below would lose its digits.
        double both = Math.Abs(_drain - 1) < 1e-6 ? (1 + time) * served : ((_drain * served) - Math.Exp(-_drain * time)) / (_drain - 1);
        return ((1 - WaitProbability) * served) + (WaitProbability * both);
    }

    /// <summary>The response time that this share of jobs does not exceed.</summary>
    public double ResponseQuantile(double share) => Root.Falling(t => ResponseTail(t) - (1 - share), 0, 1);
}
