namespace ActorBalancer.Simulator.Traffic;

/// <summary><c>batch:R</c>: R jobs at once, at time 0.</summary>
internal sealed class BatchArrivals(long jobs) : ArrivalLaw
{
    public override long? Count => jobs;

    public override ArrivalClock Begin(double rate, ulong seed) => new Clock();

    private sealed class Clock : ArrivalClock
    {
        public override double Next() => 0;
    }
}
