using ActorBalancer.Dispatch;

namespace ActorBalancer.Intake;

/// <summary>
/// The gateway's machine: collects the submits of many callers into batches, sends them to the router that owns the
/// queue, and brings each caller its answer and the end of its jobs. It promises that every submit is answered exactly
/// once, and that an answer of "accepted" is never given before the router's (checkpoint 1).
/// </summary>
internal sealed class IntakeCore(IntakeLimits limits)
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
    private readonly Queue<IntakeBatch> _waiting = new();

    // Tickets alone: a batch that is answered must not be kept for the sake of one before it that is not.
    private readonly Queue<(long Ticket, long SinceMicros)> _sent = new();
    private readonly Dictionary<long, IntakeBatch> _batches = [];
    private readonly WatchTable _watches = new();
    private readonly QuestionTable _questions = new();
    private readonly RouterTable _routers = new();
    private int _openBytes;
    private int _outstandingJobs;
    private long _outstandingBytes;
    private long _unansweredBytes;
    private long _lastTicket;
    private bool _isStopping;

    /// <summary>True: single submits or watches are collected and leave with the next <see cref="Flush"/>.</summary>
    public bool NeedsFlush => _open.Count > 0 || (_watches.HasNew && _routers.Current is not null);

    /// <summary>True: something waits for an answer or a router, so that time must be told with <see cref="Tick"/>.</summary>
    public bool NeedsTick => _outstandingJobs > 0 || _questions.Count > 0;

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
            Close(now);
            Send(now, effects);
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
            Refuse(batch, code, detail, effects);
            return;
        }
        Close(now);
        batch.SinceMicros = now.Micros;
        _waiting.Enqueue(batch);
        Send(now, effects);
    }

    /// <summary>The mailbox ran dry: what was collected leaves.</summary>
    public void Flush(Moment now, IntakeEffects effects)
    {
        Close(now);
        Send(now, effects);
        if (_routers.Current is { } router)
            _watches.SendNew(router.Number, ref _lastTicket, effects);
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
            _questions.Ask(question, _routers.Current?.Number, now.Micros, ref _lastTicket, effects);
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
        codes = WithoutEnded(batch, codes);
        Reply(batch, keys, codes, detail, effects, known);
        for (int i = 0; codes is not null && i < codes.Length; i++)
        {
            if (codes[i] != RefusalCode.None)
                batch.TryEnd(i);
        }
        if (!batch.Notify || batch.Unfinished == 0)
            _batches.Remove(ticket);
        Send(now, effects);
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

    /// <summary>
    /// A router can be reached: new, or again after its connection broke. What may have been missed is asked for again.
    /// </summary>
    public void RouterUp(int router, bool isLocal, Moment now, IntakeEffects effects)
    {
        _routers.Add(router, isLocal);
        if (_routers.Current?.Number != router)
            return;
        Send(now, effects);
        foreach (IntakeBatch batch in _batches.Values.Where(b => b.IsAnswered).ToArray())
            WatchAgain(batch, router, effects);
        _watches.SendAll(router, ref _lastTicket, effects);
        _questions.SendWaiting(router, ref _lastTicket, effects);
    }

    /// <summary>A router is gone for good: what it has not answered is unknown; what it accepted is asked of the next one.</summary>
    public void RouterGone(int router, Moment now, IntakeEffects effects)
    {
        _routers.Remove(router);
        foreach ((long ticket, _) in _sent)
        {
            if (Unanswered(ticket) is { } batch && batch.Router == router)
                GiveUp(batch, Unknown, effects);
        }
        _questions.RouterGone(router, now.Micros, effects);
        if (_routers.Current is { } next)
            RouterUp(next.Number, next.IsLocal, now, effects);
    }

    /// <summary>Time passed: gives up what waited too long.</summary>
    public void Tick(Moment now, IntakeEffects effects)
    {
        while (_waiting.TryPeek(out IntakeBatch? batch) && _routers.Current is null && now.Micros - batch.SinceMicros >= _routerWait)
        {
            _waiting.Dequeue();
            _outstandingJobs -= batch.Jobs.Count;
            _outstandingBytes -= batch.Bytes;
            Refuse(batch, RefusalCode.NotReady, NoRouter, effects);
        }
        while (_sent.TryPeek(out (long Ticket, long SinceMicros) sent))
        {
            IntakeBatch? batch = Unanswered(sent.Ticket);
            if (batch is not null && now.Micros - sent.SinceMicros < _answerWait)
                break;
            _sent.Dequeue();
            if (batch is not null)
                GiveUp(batch, Late, effects);
        }
        _questions.Expire(now.Micros, _routerWait, _answerWait, effects);
        Send(now, effects);
    }

    /// <summary>The node stops: everybody who waits is told what is known.</summary>
    public void Stop(Moment now, IntakeEffects effects)
    {
        _isStopping = true;
        Close(now);
        while (_waiting.TryDequeue(out IntakeBatch? batch))
            Refuse(batch, RefusalCode.NotReady, Stopping, effects);
        foreach (IntakeBatch batch in _batches.Values.ToArray())
        {
            if (!batch.IsAnswered)
                GiveUp(batch, Unknown, effects);
            else
                Abandon(batch, effects);
        }
        _batches.Clear();
        _sent.Clear();
        _watches.Stop(Stopping, effects);
        _questions.Stop(Stopping, effects);
        (_outstandingJobs, _outstandingBytes) = (0, 0);
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

    private void Close(Moment now)
    {
        if (_open.Count == 0)
            return;
        IntakeBatch batch = new(JobBatch.From(_open), [.. _openCallers]) { SinceMicros = now.Micros };
        _outstandingBytes += batch.Bytes - _openBytes;
        _waiting.Enqueue(batch);
        _open.Clear();
        _openCallers.Clear();
        _openBytes = 0;
    }

    private void Send(Moment now, IntakeEffects effects)
    {
        while (_routers.Current is { } router && _waiting.TryPeek(out IntakeBatch? batch))
        {
            if (!router.IsLocal && _unansweredBytes > 0 && _unansweredBytes + batch.Bytes > limits.RemoteWindowBytes)
                return;
            _waiting.Dequeue();
            batch.Ticket = ++_lastTicket;
            batch.Router = router.Number;
            batch.SinceMicros = now.Micros;
            _batches.Add(batch.Ticket, batch);
            while (_sent.TryPeek(out (long Ticket, long SinceMicros) first) && Unanswered(first.Ticket) is null)
                _sent.Dequeue();
            _sent.Enqueue((batch.Ticket, now.Micros));
            _unansweredBytes += batch.Bytes;
            effects.Batches.Add(batch);
        }
    }

    /// <summary>Null: it is answered or given up.</summary>
    private IntakeBatch? Unanswered(long ticket) => _batches.TryGetValue(ticket, out IntakeBatch? batch) && !batch.IsAnswered ? batch : null;

    private void Settle(IntakeBatch batch)
    {
        batch.IsAnswered = true;
        _unansweredBytes -= batch.Bytes;
        _outstandingJobs -= batch.Jobs.Count;
        _outstandingBytes -= batch.Bytes;
    }

    private void GiveUp(IntakeBatch batch, string detail, IntakeEffects effects)
    {
        Settle(batch);
        _batches.Remove(batch.Ticket);
        Refuse(batch, RefusalCode.OutcomeUnknown, detail, effects);
    }

    private static void Refuse(IntakeBatch batch, RefusalCode code, string? detail, IntakeEffects effects)
    {
        long[] keys = new long[batch.Jobs.Count];
        RefusalCode[] codes = new RefusalCode[batch.Jobs.Count];
        Array.Fill(keys, -1);
        Array.Fill(codes, code);
        Reply(batch, keys, WithoutEnded(batch, codes), detail, effects);
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

    private static void Reply(IntakeBatch batch, long[] keys, RefusalCode[]? codes, string? detail, IntakeEffects effects, int[]? known = null)
    {
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
            if (!_watches.End(job, effects))
                Dropped++;
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
        job.Index = row;
        return batch.Sink;
    }

    private void WatchAgain(IntakeBatch batch, int router, IntakeEffects effects)
    {
        int[] rows = new int[batch.Unfinished];
        long[] keys = new long[batch.Unfinished];
        int n = 0;
        for (int i = 0; i < batch.Jobs.Count; i++)
        {
            if (!batch.HasEnded(i))
                (rows[n], keys[n++]) = (i, batch.Keys![i]);
        }
        _batches.Remove(batch.Ticket);
        batch.Ticket = ++_lastTicket;
        batch.Rows = rows;
        _batches.Add(batch.Ticket, batch);
        effects.Watches.Add(new(router, batch.Ticket, keys));
    }

    private static void Abandon(IntakeBatch batch, IntakeEffects effects)
    {
        FinishedJob[] ends = new FinishedJob[batch.Unfinished];
        int n = 0;
        for (int i = 0; i < batch.Jobs.Count; i++)
        {
            if (!batch.HasEnded(i))
                ends[n++] = new() { Ticket = batch.Tag, Index = i, Key = batch.Keys![i], Code = RefusalCode.OutcomeUnknown, Error = Stopping, Worker = "" };
        }
        effects.Deliveries.Add(new(batch.Sink!, ends, 0, n));
    }
}
