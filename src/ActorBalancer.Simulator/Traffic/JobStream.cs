using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Traffic;

/// <summary>
/// The jobs of one run. They depend on the seed and the run's number alone, not on who is to run them: every strategy
/// faces the same jobs (common random numbers), so differences between strategies are seen long before the absolute figures are exact.
/// </summary>
internal sealed class JobStream
{
    private readonly ArrivalClock _clock;
    private readonly ServiceLaw _law;
    private readonly Trace? _trace;
    private readonly int _routers;
    private Dice _services;
    private Dice _sources;
    private Dice _ways;
    private int _index;

    /// <param name="arrivals">When.</param>
    /// <param name="service">How long; a <see cref="RecordedService"/> of the same trace: what the trace says of that very job.</param>
    /// <param name="rate">Arrivals a mean service time.</param>
    /// <param name="routers">Among which each job draws its way.</param>
    /// <param name="seed">Of all runs.</param>
    /// <param name="run">Its number.</param>
    public JobStream(ArrivalLaw arrivals, ServiceLaw service, double rate, int routers, ulong seed, int run)
    {
        _clock = arrivals.Begin(rate, SeedOf(seed, run, 1));
        _law = service;
        _services = new Dice(SeedOf(seed, run, 2));
        _sources = new Dice(SeedOf(seed, run, 3));
        _ways = new Dice(SeedOf(seed, run, 4));
        _routers = routers;
        _trace = (arrivals as RecordedArrivals)?.Trace;
        KeepsServices = service is RecordedService recorded && _trace is not null && recorded.Trace == _trace;
    }

    private bool KeepsServices { get; }

    public static ulong SeedOf(ulong seed, int run, int stream) => Mixer.Mix(Mixer.Mix(seed + 0x9E3779B97F4A7C15) + ((ulong)(uint)run << 8) + (ulong)stream);

    public void Next(out SimulatedJob job)
    {
        job.At = _clock.Next();
        job.Service = KeepsServices ? _trace!.Services[_index] / _trace.MeanService : _law.Draw(ref _services);
        job.Source = _trace is { } trace && trace.Sources[_index] != 0 ? trace.Sources[_index] : _sources.Next();
        job.Router = _routers == 1 ? 0 : (int)_ways.Below((ulong)_routers);
        _index++;
    }
}
