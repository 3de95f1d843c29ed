namespace ActorBalancer.Load;

/// <summary>
/// How the weight of a worker that joins late grows, so that cold caches do not meet a full load: linearly over a window,
/// from a least share. Envoy, "Slow start mode", with aggression 1:
/// weight x max(min_weight_percent, time since it joined / slow_start_window).
/// </summary>
/// <param name="window">The time to the full weight; 0: at once.</param>
/// <param name="from">The least share of the weight, above 0 to 1.</param>
internal sealed class SlowStart(TimeSpan window, double from)
{
    private const long Whole = 1_000_000;
    private readonly long _windowMicros = window.Ticks / TimeSpan.TicksPerMicrosecond;
    private readonly long _from = Math.Clamp((long)Math.Round(from * Whole), 1, Whole);

    /// <summary>The weight after a time. A weight above 0 stays above 0: it would take no jobs at all.</summary>
    public int Apply(int weight, long elapsedMicros)
    {
        if (elapsedMicros >= _windowMicros || weight == 0) return weight;

        long least = weight * _from / Whole;
        long grown = (long)((Int128)weight * Math.Max(elapsedMicros, 0) / _windowMicros);
        return (int)Math.Max(1, Math.Max(least, grown));
    }
}
