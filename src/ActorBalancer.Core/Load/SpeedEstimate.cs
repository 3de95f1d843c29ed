namespace ActorBalancer.Load;

/// <summary>
/// How long the jobs of one kind take at one worker, as a mean of logarithms. A worker of twice the speed halves every duration, which
/// moves the mean of the logarithms by ln 2 however the durations are spread; and while heavy tails make the plain mean of 100 durations
/// useless (a standard error of 31 % at a squared coefficient of variation of 10), the logarithm of a bounded Pareto variable of shape
/// 1.5 has a standard deviation of two thirds: 7 % after 100 jobs.
/// </summary>
internal sealed class SpeedEstimate
{
    /// <summary>Older runs fade once there are so many: a standard error of about 4 % for exponential durations.</summary>
    public const int LongRuns = 1_000;

    /// <summary>The newest runs, by which a sudden change is seen.</summary>
    public const int ShortRuns = 30;

    /// <summary>A change is believed when it is so many standard errors large; by chance that is one in 16,000.</summary>
    public const double Believed = 4;

    // Handlers that always take the same still vary by their machine.
    private const double LeastVariance = 0.02;

    private Window _long;
    private Window _short;

    /// <summary>Runs that the mean stands on, older ones fading.</summary>
    public double Runs => _long.Runs;

    /// <summary>The mean of the natural logarithms of the durations in microseconds.</summary>
    public double Mean => _long.Mean;

    /// <summary>Takes in runs that succeeded. After a sudden change only the newest count.</summary>
    public void Add(int runs, double logSum, double logSquares)
    {
        if (runs <= 0)
            return;
        _short.Add(runs, logSum, logSquares, ShortRuns);
        _long.Add(runs, logSum, logSquares, LongRuns);
        if (_short.Runs < ShortRuns - 0.5 || _long.Runs < 2 * ShortRuns)
            return;
        double error = Math.Sqrt(Math.Max(LeastVariance, Math.Min(_short.Variance, _long.Variance)) / _short.Runs);
        if (Math.Abs(_short.Mean - _long.Mean) <= Believed * error)
            return;
        // The short window still holds runs from before the change; these surely came after it.
        _short = _long = default;
        _short.Add(runs, logSum, logSquares, ShortRuns);
        _long.Add(runs, logSum, logSquares, LongRuns);
    }

    private struct Window
    {
        private double _sum;
        private double _squares;

        public double Runs { get; private set; }

        public readonly double Mean => Runs > 0 ? _sum / Runs : 0;

        public readonly double Variance => Runs > 0 ? Math.Max(0, (_squares / Runs) - (Mean * Mean)) : 0;

        public void Add(int runs, double sum, double squares, int most)
        {
            // More than fit count as so many of their mean.
            double kept = Math.Max(0, Math.Min(1, Runs > 0 ? (most - runs) / Runs : 1));
            double taken = Math.Min(1, (double)most / runs);
            Runs = (Runs * kept) + (runs * taken);
            _sum = (_sum * kept) + (sum * taken);
            _squares = (_squares * kept) + (squares * taken);
        }
    }
}
