namespace ActorBalancer.Work;

/// <summary>
/// The outcomes of one link that the router has not committed yet, numbered from 1 without gaps. The worker forgets none
/// before the router says that it is stored (checkpoint 2).
/// </summary>
internal sealed class OutcomeLog
{
    private readonly Ring<FinishedRun> _kept = new();
    private readonly Ring<int> _attempts = new();

    /// <summary>The number of the oldest that is kept; equal to <see cref="Next"/> when none is.</summary>
    public long First { get; private set; } = 1;

    /// <summary>The number that the next one gets.</summary>
    public long Next => First + _kept.Count;

    /// <summary>The newest that was sent at least once.</summary>
    public long Sent { get; private set; }

    public int Count => _kept.Count;

    /// <summary>Bytes of the results and errors that are kept.</summary>
    public long Bytes { get; private set; }

    /// <summary>The run as a hello names it, since a router must not run again what has ended here.</summary>
    public HeldRun Held(int position) =>
        new(_kept[position].Token, _kept[position].Key, _attempts[position], _kept[position].StartedUnixMs);

    public void Add(in FinishedRun run, int attempt)
    {
        _kept.Add(run);
        _attempts.Add(attempt);
        Bytes += SizeOf(run);
    }

    /// <summary>The router has these for good.</summary>
    public void Forget(long upTo)
    {
        while (First <= upTo && _kept.Count > 0)
        {
            Bytes -= SizeOf(_kept[0]);
            _kept.Drop();
            _attempts.Drop();
            First++;
        }
        Sent = Math.Max(Sent, First - 1);
    }

    /// <summary>Copies outcomes for one report, from a number on: at least one if there is any, at most so many and so large.</summary>
    public FinishedRun[] Copy(long from, int most, int bytes)
    {
        int start = (int)(from - First), count = 0;
        while (start + count < _kept.Count && count < most)
        {
            bytes -= SizeOf(_kept[start + count]) + 48;
            if (bytes < 0 && count > 0)
                break;
            count++;
        }

        if (count == 0)
            return [];
        FinishedRun[] copy = new FinishedRun[count];
        for (int i = 0; i < count; i++)
            copy[i] = _kept[start + i];
        Sent = Math.Max(Sent, from + count - 1);
        return copy;
    }

    /// <summary>A new incarnation of the router adopts what the old one did not commit; it gets new numbers there.</summary>
    public void MoveTo(OutcomeLog newer)
    {
        for (int i = 0; i < _kept.Count; i++)
            newer.Add(_kept[i], _attempts[i]);
        Forget(Next - 1);
    }

    /// <summary>
    /// Takes out what another router is to be told, oldest first. In its place stays a word that says nothing, since the numbers of the others
    /// must not change: they may have been read.
    /// </summary>
    public List<(FinishedRun Run, int Attempt)> TakeOut(Func<long, bool> isMeant)
    {
        List<(FinishedRun, int)> taken = [];
        for (int i = 0; i < _kept.Count; i++)
        {
            ref FinishedRun run = ref _kept[i];
            if (run.IsNothing || !isMeant(run.Key))
                continue;
            taken.Add((run, _attempts[i]));
            Bytes -= SizeOf(run);
            run = FinishedRun.Nothing(run.Key);
        }
        return taken;
    }

    private static int SizeOf(in FinishedRun run) => run.Result.Length + (run.Error?.Length ?? 0) + (run.Submits is { } jobs ? jobs.Blob.Length + (64 * jobs.Count) : 0);
}
