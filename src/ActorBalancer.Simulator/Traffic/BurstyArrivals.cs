using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Traffic;

/// <summary>
/// <c>bursty:F</c>: bursts of F times the average rate, with silence between them: a Poisson stream that is switched on and off. A burst
/// lasts ten mean service times on average, a silence F - 1 times as long, both exponential. F = 1 is <c>poisson</c>.
/// </summary>
internal sealed class BurstyArrivals(double factor) : ArrivalLaw
{
    public const double MeanBurst = 10;

    public override double Memory => MeanBurst * factor;

    public override ArrivalClock Begin(double rate, ulong seed) => new Clock(rate * factor, factor, seed);

    private sealed class Clock : ArrivalClock
    {
        private readonly double _gap;
        private readonly double _silence;
        private Dice _dice;
        private double _now;
        private double _burstEnd;

        public Clock(double rate, double factor, ulong seed)
        {
            _gap = 1 / rate;
            _silence = MeanBurst * (factor - 1);
            _dice = new Dice(seed);
            // From any moment on: in a burst as often as there are bursts, and both have forgotten how long they have lasted.
            if (Draws.Uniform(ref _dice) * factor > 1) _now = _silence * Draws.Exponential(ref _dice);
            _burstEnd = _now + (MeanBurst * Draws.Exponential(ref _dice));
        }

        public override double Next()
        {
            double next = _now + (_gap * Draws.Exponential(ref _dice));
            while (next > _burstEnd)
            {
                // What was left of the gap has no memory either: it is drawn anew in the next burst.
                double begin = _burstEnd + (_silence * Draws.Exponential(ref _dice));
                _burstEnd = begin + (MeanBurst * Draws.Exponential(ref _dice));
                next = begin + (_gap * Draws.Exponential(ref _dice));
            }
            return _now = next;
        }
    }
}
