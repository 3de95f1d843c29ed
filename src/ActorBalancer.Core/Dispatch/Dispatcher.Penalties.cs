namespace ActorBalancer.Dispatch;

/// <summary>
/// A worker that fails jobs at once has its slots free again at once, and would be given everything: a black hole. So a job that failed
/// counts as in flight until such jobs succeed elsewhere on the average. By Little's law (L = rate x time) that worker then gets no
/// more jobs than one that does them. Where all workers fail alike, nobody is preferred by it, and failures cost no time.
/// </summary>
internal sealed partial class Dispatcher
{
    // The weight of the newest job in the mean.
    private const double Newest = 1.0 / 64;

    // Of one worker's share of failures, which must show within some jobs.
    private const double NewestOfOne = 1.0 / 8;

    // How much more often than the others a worker fails that is penalised.
    private const double MoreOften = 1.5;

    // A job that waited long at its worker says little of the next.
    private const double LongestPenaltyMs = 60_000;

    // While no job of the kind has succeeded anywhere: doubled with each failure in a row, since nobody knows how long one takes.
    private const double FirstGuessMs = 10;
    private const int MostDoublings = 7;

    private readonly PriorityQueue<WorkerLink, long> _penalties = new();

    // By kind: how long a job that succeeds is in flight, milliseconds; 0: not known.
    private double[] _stays = [];

    private void LearnOutcome(WorkerLink link, int kind, bool failed, long sentUnixMs)
    {
        if (_stays.Length <= kind)
            Array.Resize(ref _stays, Math.Max(kind + 1, _kindNames.Count));
        if (link.Fails.Length <= kind)
            Array.Resize(ref link.Fails, _stays.Length);
        ref KindFails fails = ref link.Fails[kind];
        fails.Runs++;
        fails.InARow = failed ? fails.InARow + 1 : 0;
        fails.Share += NewestOfOne * ((failed ? 1 : 0) - fails.Share);
        long stay = Math.Max(0, Now.UnixMs - sentUnixMs);
        if (failed)
            Penalise(link, kind, stay);
        else
            _stays[kind] = _stays[kind] <= 0 ? Math.Max(1, stay) : _stays[kind] + (Newest * (stay - _stays[kind]));
    }

    private void Penalise(WorkerLink link, int kind, long stay)
    {
        ref readonly KindFails fails = ref link.Fails[kind];
        double normal = _stays[kind] > 0 ? Math.Min(_stays[kind], LongestPenaltyMs) : FirstGuessMs * (1 << Math.Min(fails.InARow, MostDoublings));
        // What is missing is less than the clock shows: nothing is looked up for it.
        if (normal - stay < 1)
            return;
        double theirFails = 0, theirRoom = 0;
        int others = 0, ran = 0;
        foreach (WorkerLink other in _fleet.Links)
        {
            if (other == link || !other.TakesJobs || !other.Kinds.Contains(kind))
                continue;
            others++;
            theirRoom += RoomASlot(other);
            if (kind >= other.Fails.Length || other.Fails[kind].Runs == 0)
                continue;
            ran++;
            theirFails += other.Fails[kind].Share;
        }
        if (others == 0 || (ran > 0 && fails.Share < MoreOften * theirFails / ran))
            return;
        // A worker of quick jobs is given more of them ahead, so each of them has to count for longer.
        double missing = (normal * Math.Max(1, RoomASlot(link) / Math.Max(1, theirRoom / others))) - stay;
        link.Penalties++;
        _penalties.Enqueue(link, Now.Micros + (long)(missing * Moment.PerMillisecond));
        _fleet.Changed(link.Row);
    }

    /// <summary>How many jobs it may hold for each of its slots.</summary>
    private static double RoomASlot(WorkerLink link) => Math.Max(1, link.Credit - link.OutcomesRead + link.Adopted) / (double)Math.Max(1, link.Slots);

    private void EndPenalties()
    {
        while (_penalties.TryPeek(out WorkerLink? link, out long until) && until <= Now.Micros)
        {
            _penalties.Dequeue();
            link.Penalties--;
            if (_fleet.Find(link.Incarnation) == link)
                _fleet.Changed(link.Row);
        }
    }

    private long NextPenalty() => _penalties.TryPeek(out _, out long until) ? until : long.MaxValue;
}
