using ActorBalancer.Dispatch;

namespace ActorBalancer.Intake;

/// <summary>
/// The gateway's machine: collects the submits of many callers into batches, sends them to the router that owns the
/// queue, and brings each caller its answer and the end of its jobs. It promises that every submit is answered exactly
/// once, and that an answer of "accepted" is never given before the router's (checkpoint 1).
/// </summary>
internal sealed partial class IntakeCore(IntakeLimits limits)
{
    private const string NoRouter = "No router could be reached: see that one runs and try again.";
    private const string Full = "Too many submits wait for their answer on this node: try again later.";
    private const string Unknown = "The router was lost before it answered: the job may have been accepted, look before you submit it again.";
    private const string Late = "The router did not answer in time: the job may have been accepted, look before you submit it again.";
    private const string Stopping = "This node is stopping: use another one.";

    private readonly long _routerWait = (long)limits.RouterWait.TotalMicroseconds;
    private readonly long _answerWait = (long)limits.AnswerWait.TotalMicroseconds;
    private readonly List<JobRequest> _open = [];
    private readonly List<ISubmitter> _openCallers = [];
    // Tickets alone: a batch that is answered must not be kept for the sake of one before it that is not.
    private readonly Queue<(long Ticket, long SinceMicros)> _sent = new();
    private readonly Dictionary<long, IntakeBatch> _batches = [];
    private readonly WatchTable _watches = new();
    private readonly QuestionTable _questions = new();
    private readonly RouterTable _routers = new();
    private int _openBytes;
    private int _outstandingJobs;
    private long _outstandingBytes;
    private long _lastTicket;
    private bool _isStopping;

    /// <summary>True: single submits or watches are collected and leave with the next <see cref="Flush"/>.</summary>
    public bool NeedsFlush => _open.Count > 0 || (_watches.HasNew && _routers.Current is not null);

    /// <summary>True: something waits for an answer or a router, so that time must be told with <see cref="Tick"/>.</summary>
    public bool NeedsTick => _outstandingJobs > 0 || _questions.Count > 0 || _watches.HasStrays || _hasStrays;

    /// <summary>
    /// Something waits for the owner of its queue: routers are to be asked who owns what. Word of a former owner may have come last.
    /// </summary>
    public bool LooksForOwners => _homeless.Count > 0 || _hasStrays || _watches.HasStrays;

    /// <summary>Batches that are kept: those without an answer, and those whose jobs' ends somebody waits for.</summary>
    public int Held => _batches.Count;

    /// <summary>Ends and answers that nobody waited for any more.</summary>
    public long Dropped { get; private set; }

    /// <summary>A valid single job. It leaves with the next flush.</summary>
    public void Submit(JobRequest job, ISubmitter caller, Moment now, IntakeEffects effects)
    {
        int bytes = IntakeBatch.WireBytes(job);
        if (!Admit(1, bytes, out RefusalCode code, out string? detail))
        {
            effects.Replies.Add(new(caller, -1, code, detail));
            return;
        }
        if (_open.Count >= limits.BatchJobs || (_open.Count > 0 && _openBytes + bytes > limits.BatchBytes))
        {
            Close(now, effects);
        }
        _open.Add(job);
        _openCallers.Add(caller);
        _openBytes += bytes;
    }

    /// <summary>A caller's whole batch of valid jobs, at most the limits of a batch; it leaves at once, behind what came before.</summary>
    public void Submit(IntakeBatch batch, Moment now, IntakeEffects effects)
    {
        if (!Admit(batch.Jobs.Count, batch.Bytes, out RefusalCode code, out string? detail))
        {
            Refuse(batch, code, detail, now, effects);
            return;
        }
        Close(now, effects);
        batch.SinceMicros = batch.FirstMicros = now.Micros;
        Place(batch, now, effects);
    }

    /// <summary>The mailbox ran dry: what was collected leaves.</summary>
    public void Flush(Moment now, IntakeEffects effects)
    {
        Close(now, effects);
        if (_routers.Current is not null)
            _watches.SendNew(_routers, ref _lastTicket, effects);
    }

    /// <summary>Tell when the job is final; asked with the next flush, and again of every new router.</summary>
    public void Watch(long key, IJobWatcher watcher, IntakeEffects effects)
    {
        if (_isStopping)
            effects.WatchReplies.Add(new(watcher, new FinishedJob { Key = key, Code = RefusalCode.NotReady, Error = Stopping, Worker = "" }));
        else
            _watches.Add(key, watcher);
    }

    /// <summary>The watcher has given up.</summary>
    public void Unwatch(long key, IJobWatcher watcher) => _watches.Remove(key, watcher);

    public void Ask(Question question, Moment now, IntakeEffects effects)
    {
        if (_isStopping)
            effects.Refusals.Add(new(question, RefusalCode.NotReady, Stopping));
        else
            _questions.Ask(question, _routers, now.Micros, ref _lastTicket, effects);
    }

    /// <summary>A question's answer is here: takes it out. Null: nobody waits for it any more.</summary>
    public Question? Answered(long ticket) => _questions.Take(ticket);

    /// <summary>The router's answer to a batch; <paramref name="known"/>: rows that made no job.</summary>
    public void Answered(long ticket, long[] keys, RefusalCode[]? codes, string? detail, Moment now, IntakeEffects effects, int[]? known = null)
    {
        if (!_batches.TryGetValue(ticket, out IntakeBatch? batch) || batch.IsAnswered || keys.Length != batch.Jobs.Count)
        {
            Dropped++;
            return;
        }
        Settle(batch);
        batch.Keys = keys;
        codes = Unsure(batch, keys, WithoutEnded(batch, codes));
        batch.Watching.Add(batch.Router);
        Reply(batch, keys, codes, detail, now, effects, known);
        for (int i = 0; codes is not null && i < codes.Length; i++)
        {
            if (codes[i] != RefusalCode.None)
                batch.TryEnd(i);
        }
        // The queue may have got another owner before this answer came, which does not know who waits.
        if (batch.Notify && Array.Exists(keys, key => _routers.HasLeft(key, batch.To!)))
            batch.NeedsWatch = _hasStrays = true;
        if (!batch.Notify || batch.Unfinished == 0)
            _batches.Remove(ticket);
        SendTo(batch.To!, now, effects);
    }

    /// <summary>Jobs became final. The array is the machine's to change: tickets become the callers' tags, duplicates are left out.</summary>
    public void Finished(FinishedJob[] jobs, IntakeEffects effects)
    {
        IBatchSink? sink = null;
        int from = 0;
        for (int i = 0; i < jobs.Length; i++)
        {
            IBatchSink? next = End(ref jobs[i], effects);
            if (next == sink)
                continue;
            if (sink is not null)
                effects.Deliveries.Add(new(sink, jobs, from, i - from));
            (sink, from) = (next, i);
        }
        if (sink is not null)
            effects.Deliveries.Add(new(sink, jobs, from, jobs.Length - from));
    }

    /// <summary>Time passed: gives up what waited too long, and tries the rest again.</summary>
    public void Tick(Moment now, IntakeEffects effects)
    {
        TickWaiting(now, effects);
        while (_sent.TryPeek(out (long Ticket, long SinceMicros) sent))
        {
            IntakeBatch? batch = Unanswered(sent.Ticket);
            if (batch is not null && batch.SinceMicros == sent.SinceMicros && now.Micros - sent.SinceMicros < _answerWait)
                break;
            _sent.Dequeue();
            if (batch is not null && batch.SinceMicros == sent.SinceMicros)
                GiveUp(batch, Late, now, effects);
        }
        _questions.Expire(now.Micros, _routerWait, _answerWait, effects);
        foreach (KnownRouter router in _routers.All)
            SendTo(router, now, effects);
    }

    /// <summary>The node stops: everybody who waits is told what is known.</summary>
    public void Stop(Moment now, IntakeEffects effects)
    {
        _isStopping = true;
        Close(now, effects);
        foreach (IntakeBatch batch in TakeWaiting())
            Refuse(batch, RefusalCode.NotReady, Stopping, now, effects);
        foreach (IntakeBatch batch in _batches.Values.ToArray())
        {
            if (!batch.IsAnswered)
                GiveUp(batch, Unknown, now, effects);
            else
                Abandon(batch, effects);
        }
        _batches.Clear();
        _sent.Clear();
        _watches.Stop(Stopping, effects);
        _questions.Stop(Stopping, effects);
        (_outstandingJobs, _outstandingBytes, _hasStrays) = (0, 0, false);
    }

    private bool Admit(int jobs, int bytes, out RefusalCode code, out string? detail)
    {
        // A caller who is alone is never refused for the size of what it brings.
        bool isFull = _outstandingJobs > 0
            && (_outstandingJobs + jobs > limits.OutstandingJobs || _outstandingBytes + bytes > limits.OutstandingBytes);
        (code, detail) = _isStopping ? (RefusalCode.NotReady, Stopping) : isFull ? (RefusalCode.QueueFull, Full) : (RefusalCode.None, null);
        if (code != RefusalCode.None)
            return false;
        _outstandingJobs += jobs;
        _outstandingBytes += bytes;
        return true;
    }

    private void Close(Moment now, IntakeEffects effects)
    {
        if (_open.Count == 0)
            return;
        IntakeBatch batch = new(JobBatch.From(_open), [.. _openCallers]) { SinceMicros = now.Micros, FirstMicros = now.Micros };
        _outstandingBytes += batch.Bytes - _openBytes;
        _open.Clear();
        _openCallers.Clear();
        _openBytes = 0;
        Place(batch, now, effects);
    }

    /// <summary>Null: it is answered or given up.</summary>
    private IntakeBatch? Unanswered(long ticket) => _batches.TryGetValue(ticket, out IntakeBatch? batch) && !batch.IsAnswered ? batch : null;

    private void Settle(IntakeBatch batch)
    {
        batch.IsAnswered = true;
        batch.To!.UnansweredBytes -= batch.Bytes;
        _outstandingJobs -= batch.Jobs.Count;
        _outstandingBytes -= batch.Bytes;
    }

    private void GiveUp(IntakeBatch batch, string detail, Moment now, IntakeEffects effects)
    {
        Settle(batch);
        _batches.Remove(batch.Ticket);
        Refuse(batch, RefusalCode.OutcomeUnknown, detail, now, effects);
    }

    private void Refuse(IntakeBatch batch, RefusalCode code, string? detail, Moment now, IntakeEffects effects)
    {
        long[] keys = new long[batch.Jobs.Count];
        RefusalCode[] codes = new RefusalCode[batch.Jobs.Count];
        Array.Fill(keys, -1);
        Array.Fill(codes, code);
        Reply(batch, keys, Unsure(batch, keys, WithoutEnded(batch, codes)), detail, now, effects);
    }

    /// <summary>The end of a job may overtake the answer, or the answer be lost: a row that has ended was accepted, and is not refused.</summary>
    private static RefusalCode[]? WithoutEnded(IntakeBatch batch, RefusalCode[]? codes)
    {
        if (codes is null || batch.Unfinished == batch.Jobs.Count)
            return codes;

        // The router's own array stays as it is.
        codes = [.. codes];
        for (int i = 0; i < codes.Length; i++)
        {
            if (batch.HasEnded(i))
                codes[i] = RefusalCode.None;
        }
        return codes;
    }

    /// <summary>
    /// A router that refuses what another one was sent before speaks for itself only; but that a key was used for another job is so for all.
    /// </summary>
    private static RefusalCode[]? Unsure(IntakeBatch batch, long[] keys, RefusalCode[]? codes)
    {
        if (codes is null || !batch.MayBeAccepted)
            return codes;
        codes = [.. codes];
        for (int i = 0; i < codes.Length; i++)
        {
            // Nothing may be wrong with a row that is refused beside others.
            bool isRefused = codes[i] is not (RefusalCode.None or RefusalCode.KeyReused) || (codes[i] == RefusalCode.None && keys[i] < 0 && !batch.HasEnded(i));
            codes[i] = isRefused ? RefusalCode.OutcomeUnknown : codes[i];
        }
        return codes;
    }

    private void Reply(
        IntakeBatch batch, long[] keys, RefusalCode[]? codes, string? detail, Moment now, IntakeEffects effects, int[]? known = null)
    {
        if (batch.Split is { } split)
        {
            Join(split, batch, keys, codes, detail, now, effects);
            return;
        }
        if (batch.Sink is not null)
        {
            effects.BatchReplies.Add(new(batch.Sink, batch.Tag, keys, codes, detail));
            return;
        }
        for (int i = 0; i < keys.Length; i++)
        {
            RefusalCode code = codes?[i] ?? RefusalCode.None;
            effects.Replies.Add(new(batch.Callers![i], keys[i], code, code == RefusalCode.None ? null : detail, known?.Contains(i) == true));
        }
    }

    /// <summary>Null: the end is a watcher's, a duplicate, or of no row that anybody asked for.</summary>
    private IBatchSink? End(ref FinishedJob job, IntakeEffects effects)
    {
        if (!_batches.TryGetValue(job.Ticket, out IntakeBatch? batch))
        {
            if (!(IsElsewhere(job) ? _watches.Elsewhere(job.Key) : _watches.End(job, effects)))
                Dropped++;
            return null;
        }
        if (IsElsewhere(job))
        {
            batch.NeedsWatch = _hasStrays = true;
            return null;
        }
        if (!batch.Notify || batch.RowOf(job.Index) is not { } row || !batch.TryEnd(row))
        {
            Dropped++;
            return null;
        }
        if (batch.Unfinished == 0 && batch.IsAnswered)
            _batches.Remove(batch.Ticket);
        job.Ticket = batch.Tag;
        job.Index = batch.WholeRows?[row] ?? row;
        return batch.Sink;
    }

    /// <summary>The router that was asked for the end of a job does not own its queue.</summary>
    private static bool IsElsewhere(in FinishedJob job) => job.Code == RefusalCode.None && !JobTransitions.IsFinal(job.State);

    private static void Abandon(IntakeBatch batch, IntakeEffects effects)
    {
        FinishedJob[] ends = new FinishedJob[batch.Unfinished];
        int n = 0;
        for (int i = 0; i < batch.Jobs.Count; i++)
        {
            if (!batch.HasEnded(i))
                ends[n++] = new() { Ticket = batch.Tag, Index = batch.WholeRows?[i] ?? i, Key = batch.Keys![i], Code = RefusalCode.OutcomeUnknown, Error = Stopping, Worker = "" };
        }
        effects.Deliveries.Add(new(batch.Sink!, ends, 0, n));
    }
}
