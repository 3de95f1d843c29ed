namespace ActorBalancer.Work;

/// <summary>
/// How many jobs a router may send ahead of the slots: measured rate x smallest recent round trip x 2, within bounds of
/// number, bytes and work. Long jobs get none, so none waits behind them; microsecond jobs get enough to keep every slot
/// busy while the answer travels. The bandwidth-delay product of TCP, with the slots as the bottleneck.
/// </summary>
internal sealed class Prefetch(int maxJobs, long maxBytes, long maxWorkMicros)
{
    // Old samples fade by halving: after this many runs the past counts half.
    private const int HalfLife = 64;

    // The smallest round trip is that of this and the last period, so that a route that became longer is noticed.
    private const long Period = 10 * Moment.PerSecond;

    // Of jobs so short that a report fills within the time that one may be held, this many reports' worth is sent ahead at
    // least: one fills, one travels each way, one is worked on. Otherwise a very short round trip, as inside one process,
    // would give a window of a few jobs and so a message for each.
    private const int ReportsAhead = 4;

    // A run cannot take no time; what the clock shows as 0 us is taken as this.
    private const double ShortestRun = 0.1;

    private double _runMicros;
    private int _runs;
    private double _payloadBytes;
    private int _payloads;
    private long _smallest = long.MaxValue;
    private long _smallestBefore = long.MaxValue;
    private long _periodEnd;

    /// <summary>Mean time from a run's start to its slot's next one, microseconds; 0: nothing is known.</summary>
    public double MeanRun => _runs == 0 ? 0 : Math.Max(ShortestRun, _runMicros / _runs);

    /// <summary>Microseconds; 0: nothing is known.</summary>
    public long RoundTrip
    {
        get
        {
            long smallest = Math.Min(_smallest, _smallestBefore);
            return smallest == long.MaxValue ? 0 : smallest;
        }
    }

    public void RunEnded(long micros)
    {
        _runMicros += micros;
        if (++_runs < 2 * HalfLife)
            return;
        _runMicros /= 2;
        _runs /= 2;
    }

    public void JobArrived(int payloadBytes)
    {
        _payloadBytes += payloadBytes;
        if (++_payloads < 2 * HalfLife)
            return;
        _payloadBytes /= 2;
        _payloads /= 2;
    }

    public void AnswerArrived(long roundTripMicros, Moment now)
    {
        if (now.Micros >= _periodEnd)
        {
            _smallestBefore = _smallest;
            _smallest = long.MaxValue;
            _periodEnd = now.Micros + Period;
        }
        _smallest = Math.Min(_smallest, Math.Max(1, roundTripMicros));
    }

    /// <summary>Jobs had to be handed back: what was measured does not hold for what runs now.</summary>
    public void Forget()
    {
        _runMicros = 0;
        _runs = 0;
    }

    /// <summary>The number of jobs ahead that so many slots can use.</summary>
    public int Jobs(int slots)
    {
        if (_runs == 0 || RoundTrip == 0 || slots <= 0)
            return 0;
        double perMicro = slots / MeanRun;
        double jobs = perMicro * RoundTrip * 2;
        if (perMicro * WorkerCore.ReportHold >= WorkerCore.ReportOutcomes)
            jobs = Math.Max(jobs, ReportsAhead * WorkerCore.ReportOutcomes);
        jobs = Math.Min(jobs, perMicro * maxWorkMicros);
        if (_payloads > 0 && _payloadBytes > 0)
            jobs = Math.Min(jobs, maxBytes * _payloads / _payloadBytes);
        return (int)Math.Min(jobs, maxJobs);
    }
}
