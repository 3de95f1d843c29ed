namespace ActorBalancer.Load;

/// <summary>A factor on a weight that follows its target by at most <see cref="Learning.StepPerSecond"/> a second, and not for trifles.</summary>
/// <param name="since">Monotonic microseconds at which it is 1.</param>
internal sealed class SlowFactor(long since)
{
    private double _value = 1;
    private long _movedAt = since;

    /// <summary>The factor in thousandths.</summary>
    public int Thousandths { get; private set; } = 1000;

    /// <summary>Goes towards the target as far as the time since the last call allows.</summary>
    public void MoveTo(double target, long nowMicros)
    {
        double seconds = Math.Clamp((nowMicros - _movedAt) / (double)Moment.PerSecond, 0, 60);
        _movedAt = nowMicros;
        target = Math.Clamp(target, Learning.Least, Learning.Most);
        double least = _value * Math.Pow(1 - Learning.StepPerSecond, seconds), most = _value * Math.Pow(1 + Learning.StepPerSecond, seconds);
        _value = Math.Clamp(target, least, most);
        // Back at 1 it must be exactly that, or a worker of mean speed would never look like one.
        int next = (int)Math.Round(_value * 1000);
        if (Math.Abs(next - Thousandths) >= Learning.Hysteresis * Thousandths || (next == 1000 && Math.Abs(target - 1) < 1e-9))
            Thousandths = next;
    }
}
