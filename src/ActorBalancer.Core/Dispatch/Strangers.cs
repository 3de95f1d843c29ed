namespace ActorBalancer.Dispatch;

/// <summary>
/// Workers that the router does not know, of which there may be many at full speed: how often their reports are answered, and
/// of which names two processes live.
/// </summary>
internal sealed class Strangers
{
    // Beyond this the forgotten ones cost no more than one answer too many.
    private const int Most = 1024;

    private readonly Dictionary<long, long> _answered = [];
    private readonly HashSet<string> _doubles = new(StringComparer.Ordinal);

    /// <summary>Once a second a worker.</summary>
    public bool MayAnswer(long worker, Moment now)
    {
        if (_answered.TryGetValue(worker, out long at) && now.Micros - at < Moment.PerSecond)
            return false;
        if (_answered.Count >= Most)
            _answered.Clear();
        _answered[worker] = now.Micros;
        return true;
    }

    /// <summary>It has said hello: should it be unknown again, it is answered at once.</summary>
    public void Known(long worker) => _answered.Remove(worker);

    /// <summary>True for the first time only.</summary>
    public bool IsNewDouble(string name)
    {
        if (_doubles.Count >= Most)
            _doubles.Clear();
        return _doubles.Add(name);
    }
}
