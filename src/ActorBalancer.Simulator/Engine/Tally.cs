namespace ActorBalancer.Simulator.Engine;

/// <summary>What one run counts of its jobs: all of them for its checks, and the figures of those that belong to the result.</summary>
internal sealed class Tally(int workers)
{
    private double _now;
    private double _inSystemArea;
    private double _busyArea;
    private double _busySpeed;
    private double _allResponses;
    private double _allServices;
    private double _busyFrom;
    private double _busyTo = double.NaN;
    private double _responses;
    private double _waits;
    private double _slowdowns;
    private long _waited;
    private long _ended;

    public Histogram Responses { get; } = new();

    public Histogram Waits { get; } = new();

    public long[] JobsOf { get; } = new long[workers];

    /// <summary>The work that was given to each worker.</summary>
    public double[] WorkOf { get; } = new double[workers];

    public long InSystem { get; private set; }

    public long Arrived { get; private set; }

    /// <summary>When the first job of the result arrived.</summary>
    public double From { get; private set; }

    /// <summary>When the last job arrived.</summary>
    public double LastArrival { get; private set; }

    /// <summary>When the last job ended, so far.</summary>
    public double End => _now;

    /// <summary>Time goes on to the next event.</summary>
    public void Pass(double now)
    {
        double time = now - _now;
        _inSystemArea += InSystem * time;
        _busyArea += _busySpeed * time;
        _now = now;
    }

    public void Arrive(bool first, bool last)
    {
        InSystem++;
        Arrived++;
        if (first) (From, _busyFrom) = (_now, _busyArea);
        if (last) (LastArrival, _busyTo) = (_now, _busyArea);
    }

    public void Bind(in JobPool.Entry job)
    {
        if (!job.Counted) return;
        JobsOf[job.Worker]++;
        WorkOf[job.Worker] += job.Service;
    }

    public void Start(in JobPool.Entry job, double speed)
    {
        _busySpeed += speed;
        if (!job.Counted) return;
        double wait = _now - job.At;
        _waits += wait;
        if (wait > 0) _waited++;
        Waits.Add(wait);
    }

    /// <summary>A worker with running jobs became faster or slower.</summary>
    public void Change(double speed) => _busySpeed += speed;

    public void Finish(in JobPool.Entry job, double speed)
    {
        // The speeds of others would leave their rounding behind.
        _busySpeed = --InSystem == 0 ? 0 : _busySpeed - speed;
        _ended++;
        double response = _now - job.At;
        _allResponses += response;
        _allServices += job.Service;
        if (!job.Counted) return;
        _responses += response;
        _slowdowns += response / job.Service;
        Responses.Add(response);
    }

    /// <summary>What must hold of every run, whatever came out: jobs in = jobs out, Little's law, and work done = work brought.</summary>
    /// <exception cref="InvalidOperationException">It does not hold: an error of the simulator.</exception>
    public void Check()
    {
        if (InSystem != 0 || _ended != Arrived) throw new InvalidOperationException($"{Arrived} jobs came in and {_ended} came out");
        if (!AreClose(_inSystemArea, _allResponses))
            throw new InvalidOperationException($"Little's law is broken: jobs x time is {_inSystemArea}, the sum of the response times {_allResponses}");
        if (!AreClose(_busyArea, _allServices))
            throw new InvalidOperationException($"utilisation is not load: the work done is {_busyArea}, the work brought {_allServices}");
    }

    /// <param name="capacity">Of the whole fleet.</param>
    /// <param name="capacities">Of each worker.</param>
    /// <param name="isStory">Counted to the end of the last job; else to the arrival of the last, since what follows is not the steady state.</param>
    public RunFigures Figures(double capacity, double[] capacities, bool isStory)
    {
        long counted = Responses.Count;
        double time = (isStory ? End : LastArrival) - From;
        double busy = (isStory ? _busyArea : _busyTo) - _busyFrom;
        double arriving = LastArrival - From;
        return new RunFigures
        {
            MeanResponse = _responses / counted,
            MeanWait = _waits / counted,
            WaitShare = (double)_waited / counted,
            MeanSlowdown = _slowdowns / counted,
            Utilisation = time > 0 ? busy / (capacity * time) : 0,
            Makespan = End - From,
            Responses = Quantiles(Responses),
            Waits = Quantiles(Waits),
            Shares = [.. JobsOf.Select(jobs => (double)jobs / counted)],
            Loads = [.. WorkOf.Select((work, i) => arriving > 0 ? work / (capacities[i] * arriving) : 0)],
            Jobs = Arrived,
        };
    }

    private static double[] Quantiles(Histogram times) => [.. RunFigures.Shown.Select(times.Quantile)];

    private static bool AreClose(double a, double b) => Math.Abs(a - b) <= 1e-6 * Math.Max(Math.Abs(a), Math.Abs(b)) + 1e-6;
}
