using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Traffic;

/// <summary><c>trace:FILE</c> with arrivals of another kind: each job takes as long as one of the recorded jobs, drawn at random.</summary>
internal sealed class RecordedService : ServiceLaw
{
    private readonly double[] _sorted;

    public RecordedService(Trace trace)
    {
        Trace = trace;
        _sorted = [.. trace.Services.Select(s => s / trace.MeanService).Order()];
        SquaredVariation = _sorted.Average(s => s * s) - 1;
        InverseMean = _sorted[0] > 0 ? _sorted.Average(s => 1 / s) : double.PositiveInfinity;
    }

    public Trace Trace { get; }

    public override double SquaredVariation { get; }

    public override double InverseMean { get; }

    public override double Draw(ref Dice dice) => _sorted[(int)dice.Below((ulong)_sorted.Length)];

    public override double Quantile(double share) => _sorted[Math.Clamp((int)Math.Ceiling(share * _sorted.Length) - 1, 0, _sorted.Length - 1)];
}
