namespace ActorBalancer.Dispatch;

/// <summary>
/// The scheduled and retrying jobs of one lane, by due time and then by key. As with a <see cref="ReadyStream"/>, every job that only the
/// store has lies at <see cref="Behind"/> or later, or while a reading is on its way, where it reads or at <see cref="Missed"/>.
/// </summary>
internal sealed class LaterStream(Lane lane)
{
    public static readonly (long Due, long Key) None = (long.MaxValue, long.MaxValue);

    public Lane Lane { get; } = lane;

    /// <summary>Jobs of it in memory, and their payloads; those that hold a source are not counted, since they must stay.</summary>
    public int Kept;

    public long Bytes;

    public (long Due, long Key) Behind = None;

    public bool IsLoading;

    public (long Due, long Key) Missed = None;

    public bool IsWanted;

    /// <summary>It is in the dispatcher's list of streams that the store has more of.</summary>
    public bool IsListed;

    /// <summary>A job is only in the store.</summary>
    public void Lower((long Due, long Key) at)
    {
        if (IsLoading)
            Missed = Earlier(Missed, at);
        else
            Behind = Earlier(Behind, at);
    }

    public static (long Due, long Key) Earlier((long Due, long Key) a, (long Due, long Key) b) => a.CompareTo(b) <= 0 ? a : b;
}
