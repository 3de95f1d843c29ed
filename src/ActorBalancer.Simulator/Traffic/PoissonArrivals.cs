using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Traffic;

/// <summary><c>poisson</c>: at any moment as likely as at any other.</summary>
internal sealed class PoissonArrivals : ArrivalLaw
{
    public override ArrivalClock Begin(double rate, ulong seed) => new Clock(rate, seed);

    private sealed class Clock(double rate, ulong seed) : ArrivalClock
    {
        private readonly double _gap = 1 / rate;
        private Dice _dice = new(seed);
        private double _now;

        public override double Next() => _now += Draws.Exponential(ref _dice) * _gap;
    }
}
