namespace ActorBalancer.Load;

/// <summary>
/// How much of the workers' load comes from this router. What others have sent to a worker since its last report, only they know. They go by the same
/// reports, so they are taken to send where this router sends, in proportion: or else all of them would fill what looks empty, each for itself, and
/// the worker would be given its missing load once for every router.
/// </summary>
internal sealed class RouterShare
{
    // As if so many more were this router's: few jobs tell little.
    private const int Prior = 4;

    // A router that has nothing under way would take its first job for the sign of a flood.
    private const double Most = 16;

    private long _own;
    private long _others;

    /// <summary>No worker holds a job of another router.</summary>
    public bool IsAll => _others == 0;

    /// <summary>A worker's report says that it holds so many more (or, below 0, fewer) of this router's jobs and of the others'.</summary>
    public void Change(int own, int others)
    {
        _own += own;
        _others += others;
    }

    /// <summary>Jobs that others are taken to have sent to a worker since its last report, in which this router sent so many.</summary>
    public int SentByOthers(int sent) =>
        sent == 0 || IsAll ? 0 : (int)Math.Round((Math.Min(Most, (double)(_own + _others + Prior) / (_own + Prior)) - 1) * sent);
}
