namespace ActorBalancer.Simulator.Traffic;

/// <summary>The arrivals of one run, one after the other.</summary>
internal abstract class ArrivalClock
{
    /// <summary>When the next job arrives, in mean service times since the run began.</summary>
    public abstract double Next();
}
