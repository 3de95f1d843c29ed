using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Dispatch;

/// <summary>
/// Reading from the store, one reading a queue at a time. An answer shows the store at some moment since it was asked for: jobs that were in memory
/// since then are not taken from it, and those that left memory since then may be missing in it.
/// </summary>
internal sealed partial class Dispatcher
{
    private const long ReadAgainAfter = 250 * Moment.PerMillisecond;

    private readonly List<QueueState> _readers = [];

    /// <summary>The answer to one of <see cref="DispatchEffects.Loads"/>; null: the store could not be read, and is asked again.</summary>
    public void Loaded(LoadQuery query, StoredJobs? answer)
    {
        QueueState queue = _byNumber[query.Queue]!;
        QueueReader reader = queue.Reader;
        if (!ReferenceEquals(reader.Query, query))
            return;
        object? stream = reader.For;
        (reader.Query, reader.For) = (null, null);
        if (answer is null)
            reader.NotBefore = Now.Micros + ReadAgainAfter;
        switch (stream)
        {
            case ReadyStream ready: ReadStream(queue, ready, query, answer); break;
            case LaterStream later: ReadStream(queue, later, query, answer); break;
            case SourceChain chain: ReadChain(queue, chain, answer); break;
            case null when answer is not null && query.From == LoadFrom.Keys: ReadKeys(queue, query, answer); break;
            case null when answer is not null: Discover(queue, answer); break;
        }
        reader.Left.Clear();
        List(queue);
    }

    private void AskLoads()
    {
        for (int i = 0; i < _laterBehind.Count; i++)
        {
            LaterStream later = _laterBehind[i];
            Want(later);
            if (later.Behind != LaterStream.None || later.IsLoading)
                continue;
            later.IsListed = false;
            _laterBehind.RemoveAt(i--);
        }
        for (int i = _readers.Count - 1; i >= 0; i--)
        {
            QueueState queue = _readers[i];
            QueueReader reader = queue.Reader;
            if (reader.IsLoading || Now.Micros < reader.NotBefore)
                continue;
            reader.Query = AskKeys(queue) ?? AskDiscovery(queue) ?? AskChain(queue) ?? AskReady(queue) ?? AskLater(queue);
            if (reader.Query is { } query)
            {
                Effects.Loads.Add(query);
                continue;
            }
            reader.IsListed = false;
            _readers.RemoveAt(i);
        }
    }

    /// <summary>When something is to be read at the latest.</summary>
    private long NextRead()
    {
        long next = long.MaxValue;
        foreach (QueueState queue in _readers)
            next = queue.Reader.IsLoading ? next : Math.Min(next, queue.Reader.NotBefore);
        foreach (LaterStream later in _laterBehind)
        {
            if (later.Behind != LaterStream.None && !later.IsWanted && HasRoom(later))
                next = Math.Min(next, Now.Micros + Math.Max(1, later.Behind.Due - Now.UnixMs) * Moment.PerMillisecond);
        }
        return next;
    }

    private void ReadStream(QueueState queue, ReadyStream stream, LoadQuery query, StoredJobs? answer)
    {
        long next = answer is null ? JobKey.Sequence(query.AfterKey + 1) : ReadyStream.None;
        long last = -1;
        bool isEnd = answer?.Keys.Length == 0;
        for (int i = 0; i < answer?.Keys.Length; i++)
        {
            long sequence = JobKey.Sequence(answer.Keys[i]);
            // It comes with the answer to its commit, and the store has nothing between the two.
            isEnd = sequence >= queue.Stored;
            if (isEnd)
                break;
            if (!TakeRow(queue, answer, i))
            {
                next = sequence;
                break;
            }
            last = sequence;
        }
        if (answer is not null && next == ReadyStream.None && !isEnd && last < queue.Reader.Last)
            next = last + 1;
        stream.IsLoading = false;
        stream.Behind = Math.Min(next, stream.Missed);
        stream.Missed = ReadyStream.None;
        EnterPending(stream);
        Want(stream);
    }

    private void EnterPending(ReadyStream stream)
    {
        PendingJob[] pending = [.. stream.Pending];
        stream.Pending.Clear();
        foreach (PendingJob job in pending)
            stream.Bytes -= job.Jobs.PayloadBytes(job.Row);
        foreach (PendingJob job in pending)
        {
            if (FindSlot(job.Key) >= 0 || IsPassedBy(stream.Lane.Queue, job.Jobs, job.Row))
                continue;
            if (!stream.IsWhole || !HasRoom(stream))
            {
                Lower(stream, JobKey.Sequence(job.Key));
                continue;
            }
            int slot = AddEntry(job.Key, job.Jobs, job.Row, stream.Lane, job.WantedUnixMs);
            Keep(ref _table[slot]);
            Enter(slot);
        }
    }

    private void ReadStream(QueueState queue, LaterStream stream, LoadQuery query, StoredJobs? answer)
    {
        (long Due, long Key) next = answer is null ? (query.AfterUnixMs, query.AfterKey + 1) : LaterStream.None;
        for (int i = 0; i < answer?.Keys.Length; i++)
        {
            (long Due, long Key) at = (answer.RunAt[i], answer.Keys[i]);
            if (!TakeRow(queue, answer, i))
            {
                next = at;
                break;
            }
            next = (at.Due, at.Key + 1);
        }
        stream.IsLoading = false;
        stream.Behind = LaterStream.Earlier(next, stream.Missed);
        stream.Missed = LaterStream.None;
        Want(stream);
    }

    private void ReadChain(QueueState queue, SourceChain chain, StoredJobs? answer)
    {
        bool all = true;
        for (int i = 0; i < answer?.Keys.Length && all; i++)
        {
            all = chain.Count < _limits.SourceJobs || FindSlot(answer.Keys[i]) >= 0 || queue.Reader.Ignores(answer.Keys[i]);
            if (all)
                TakeRow(queue, answer, i, anyway: true);
        }
        if (answer?.Keys.Length == 0)
            (chain.More, chain.After) = (chain.Missed, -1);
        else if (answer is not null && !chain.Missed)
            chain.After = all ? answer.Keys[^1] : -1;
        if (chain.More)
            Want(queue, chain);
        else if (chain.Count == 0)
            queue.Chains.Remove(Strategies.SourceHash.Of(chain.Name));
    }

    private void ReadKeys(QueueState queue, LoadQuery query, StoredJobs answer)
    {
        for (int i = 0; i < answer.Keys.Length; i++)
        {
            bool reopened = _reopenedPerhaps.Remove(answer.Keys[i]) && FindSlot(answer.Keys[i]) < 0;
            if (reopened)
            {
                queue.Waiting++;
                _waiting++;
            }
            TakeRow(queue, answer, i, anyway: true);
        }
        foreach (long key in query.Keys)
        {
            // Passed over for now: it is read again when the store has answered the retry.
            if (queue.Reader.Reopening.Contains(key))
                continue;
            queue.Reader.Keys.Remove(key);
            _reopenedPerhaps.Remove(key);
            _offered.Remove(key);
            if (_cancelledEarly.Remove(key))
                Cancel(key);
        }
        EndOffers();
    }

    /// <summary>
    /// Takes up a job that the store alone has. Jobs above the horizon were never assigned and may go at once; the others
    /// wait until every awaited worker has said what it runs (rule 9). False: there is no room for it.
    /// </summary>
    private bool TakeRow(QueueState queue, StoredJobs stored, int i, bool anyway = false)
    {
        long key = stored.Keys[i];
        if (JobKey.Sequence(key) >= queue.Stored || FindSlot(key) >= 0 || queue.Reader.Ignores(key))
            return true;
        JobBatch jobs = stored.Jobs;
        long runAt = stored.RunAt[i];
        Lane lane = LaneOf(queue, jobs.Kind(i));
        bool holdsSource = runAt > 0 && stored.Runs[i] > 0 && queue.Ordered && jobs.Source(i) is not null;
        // A run that is recorded already only waits for its acknowledgement.
        int runs = stored.Runs[i];
        bool isOffered = _offered.Remove(key, out List<(HeldRun Run, WorkerLink Link)>? offers) && offers.Exists(offer => offer.Run.Attempt > runs);
        if (!anyway && !isOffered && !holdsSource)
        {
            if (runAt == 0 && IsPassedBy(queue, jobs, i))
                return true;
            if (!(runAt > 0 ? HasRoom(LaterOf(lane)) : ReadyOf(lane, JobKey.Priority(key)) is var ready && ready.Kept < _streamJobs && ready.Bytes < _streamBytes))
                return false;
        }

        int slot = AddEntry(key, jobs, i, lane, runAt > 0 ? runAt : stored.SubmittedUnixMs[i]);
        ref JobEntry entry = ref _table[slot];
        entry.Used = (ushort)stored.Used[i];
        entry.Crashes = entry.Losses = (ushort)stored.Crashes[i];
        entry.Runs = (ushort)stored.Runs[i];
        if (isOffered || (runAt <= Now.UnixMs && _awaited.Count > 0 && IsMaybeAssigned(queue, key)))
        {
            if (runAt > 0)
            {
                queue.Scheduled--;
                queue.Waiting++;
            }
            Keep(ref entry);
            entry.State = EntryState.Undecided;
            _undecided.Add(slot);
            // What goes on comes before what ended with its worker.
            foreach ((HeldRun run, WorkerLink link) in offers?.OrderBy(offer => offer.Run.IsLeft) ?? Enumerable.Empty<(HeldRun, WorkerLink)>())
                Adopt(link, run, slot);
            return true;
        }
        if (runAt > 0)
        {
            // Between two attempts it keeps its source.
            if (holdsSource)
                entry.OwnsSource = queue.SourceTails.TryAdd(entry.Source, slot);
            Delay(slot, runAt);
            return true;
        }
        Keep(ref entry);
        Enter(slot);
        return true;
    }

    private static bool IsMaybeAssigned(QueueState queue, long key) =>
        JobKey.Sequence(key) < queue.LoadBelow && JobKey.Sequence(key) <= queue.FormerHorizon[JobKey.HighestPriority - JobKey.Priority(key)];
}
