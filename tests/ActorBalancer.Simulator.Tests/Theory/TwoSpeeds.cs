namespace ActorBalancer.Simulator.Tests.Theory;

/// <summary>
/// Servers of speeds 1 and 4 with lines of their own, exponential times: the Markov chain over the jobs at each and the phase of the
/// rule, solved by turns (Gauss and Seidel). Cut off where there is as good as never anybody.
/// </summary>
internal sealed class TwoSpeeds
{
    private const int Most = 60;
    private const double Slow = 1;
    private const double Fast = 4;

    private readonly int _phases;
    private readonly double _rate;
    private readonly double[] _shares;

    /// <param name="load">Of both together.</param>
    /// <param name="phases">How many the rule goes through, one an arrival.</param>
    /// <param name="toSlow">The odds that a job goes to the slow server, by phase and the jobs at each.</param>
    public TwoSpeeds(double load, int phases, Func<int, int, int, double> toSlow)
    {
        _phases = phases;
        _rate = load * (Slow + Fast);
        _shares = new double[phases * Most * Most];
        Array.Fill(_shares, 1.0 / _shares.Length);
        double[] odds = [.. Enumerable.Range(0, _shares.Length).Select(i => toSlow(i / (Most * Most), i / Most % Most, i % Most))];
        for (double change = 1; change > 1e-12;)
        {
            change = 0;
            double sum = 0;
            for (int at = 0; at < _shares.Length; at++)
            {
                double share = Inflow(at, odds) / Outflow(at, odds);
                change = Math.Max(change, Math.Abs(share - _shares[at]));
                _shares[at] = share;
                sum += share;
            }
            for (int at = 0; at < _shares.Length; at++) _shares[at] /= sum;
        }
    }

    /// <summary>Jobs in the system over their rate (Little).</summary>
    public double MeanResponse => _shares.Select((share, at) => share * ((at / Most % Most) + (at % Most))).Sum() / _rate;

    private int At(int phase, int slow, int fast) => ((phase * Most) + slow) * Most + fast;

    private double Outflow(int at, double[] odds)
    {
        int slow = at / Most % Most;
        int fast = at % Most;
        double arriving = (slow < Most - 1 ? odds[at] : 0) + (fast < Most - 1 ? 1 - odds[at] : 0);
        return (_rate * arriving) + (slow > 0 ? Slow : 0) + (fast > 0 ? Fast : 0);
    }

    private double Inflow(int at, double[] odds)
    {
        int phase = at / (Most * Most);
        int slow = at / Most % Most;
        int fast = at % Most;
        int before = (phase + _phases - 1) % _phases;
        double flow = 0;
        if (slow > 0) flow += _rate * odds[At(before, slow - 1, fast)] * _shares[At(before, slow - 1, fast)];
        if (fast > 0) flow += _rate * (1 - odds[At(before, slow, fast - 1)]) * _shares[At(before, slow, fast - 1)];
        if (slow < Most - 1) flow += Slow * _shares[At(phase, slow + 1, fast)];
        if (fast < Most - 1) flow += Fast * _shares[At(phase, slow, fast + 1)];
        return flow;
    }
}
