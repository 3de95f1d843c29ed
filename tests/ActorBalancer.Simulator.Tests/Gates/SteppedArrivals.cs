using ActorBalancer.Simulator.Traffic;

namespace ActorBalancer.Simulator.Tests.Gates;

/// <summary>Poisson arrivals of which the rate changes at once; before that they are those of a constant rate with the same seed.</summary>
/// <param name="at">When.</param>
/// <param name="factor">The rate afterwards over the rate before.</param>
internal sealed class SteppedArrivals(double at, double factor) : ArrivalLaw
{
    public override ArrivalClock Begin(double rate, ulong seed) => new Clock(new PoissonArrivals().Begin(1, seed), rate, at, factor);

    private sealed class Clock(ArrivalClock unit, double rate, double at, double factor) : ArrivalClock
    {
        public override double Next()
        {
            double arrivals = unit.Next();
            double before = at * rate;
            return arrivals <= before ? arrivals / rate : at + ((arrivals - before) / (rate * factor));
        }
    }
}
