namespace ActorBalancer.Simulator.Traffic;

/// <summary><c>trace:FILE</c>: when the recorded jobs arrived; stretched or squeezed where another rate is asked for.</summary>
internal sealed class RecordedArrivals(Trace trace) : ArrivalLaw
{
    public Trace Trace => trace;

    public override long? Count => trace.Count;

    /// <summary>Whether all jobs come at once, at no rate.</summary>
    public bool IsBatch => trace.Ats[^1] == 0;

    public override double? Rate => trace.HasServices && !IsBatch ? trace.Rate * trace.MeanService : null;

    public override ArrivalClock Begin(double rate, ulong seed) => new Clock(trace.Ats, IsBatch ? 1 : trace.Rate / rate);

    private sealed class Clock(double[] ats, double scale) : ArrivalClock
    {
        private int _next;

        public override double Next() => ats[_next++] * scale;
    }
}
