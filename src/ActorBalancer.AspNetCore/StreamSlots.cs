namespace ActorBalancer.AspNetCore;

/// <summary>How many event streams are open.</summary>
internal sealed class StreamSlots
{
    public const int Most = 1_000;

    private int _open;

    public int Open => Volatile.Read(ref _open);

    /// <summary>False: no more.</summary>
    public bool TryOpen()
    {
        if (Interlocked.Increment(ref _open) <= Most)
            return true;
        Close();
        return false;
    }

    public void Close() => Interlocked.Decrement(ref _open);
}
