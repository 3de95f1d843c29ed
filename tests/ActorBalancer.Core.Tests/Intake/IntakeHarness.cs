using ActorBalancer.Dispatch;
using ActorBalancer.Intake;

namespace ActorBalancer.Core.Tests.Intake;

/// <summary>The machine under virtual time, with effects carried out into lists.</summary>
internal sealed class IntakeHarness(IntakeLimits? limits = null)
{
    public const int Router = 1;

    public IntakeCore Core { get; } = new(limits ?? new IntakeLimits());
    public IntakeEffects Effects { get; } = new();
    public List<IntakeBatch> Batches { get; } = [];

    /// <summary>As they were when they were sent: a batch may be sent again, under another ticket.</summary>
    public List<(long Ticket, int Router, IntakeBatch Batch)> Sent { get; } = [];
    public List<WatchSend> Watches { get; } = [];
    public List<QuestionSend> Questions { get; } = [];
    public long Seconds { get; set; }

    public Moment Now => new(Seconds * Moment.PerSecond, Seconds * 1_000);

    public static JobRequest Job(int number = 0, int bytes = 4) =>
        new() { Kind = "echo", Payload = new byte[bytes], Source = number.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    public static JobBatch Jobs(int count) => JobBatch.From([.. Enumerable.Range(0, count).Select(i => Job(i))]);

    public Caller Submit(int number = 0, int bytes = 4)
    {
        Caller caller = new();
        Core.Submit(Job(number, bytes), caller, Now, Effects);
        CarryOut();
        return caller;
    }

    public Sink Submit(int count, long tag, Sink? sink = null, bool notify = true)
    {
        sink ??= new Sink();
        Core.Submit(new IntakeBatch(Jobs(count), tag, sink, notify), Now, Effects);
        CarryOut();
        return sink;
    }

    public Caller Watch(long key)
    {
        Caller caller = new();
        Core.Watch(key, caller, Effects);
        CarryOut();
        return caller;
    }

    public void Flush() => Do(() => Core.Flush(Now, Effects));

    public void RouterUp(int router = Router, bool isLocal = true) => Do(() => Core.RouterUp(router, isLocal, Now, Effects));

    public void RouterGone(int router = Router) => Do(() => Core.RouterGone(router, Now, Effects));

    public void Tick(long seconds) => Do(() =>
    {
        Seconds += seconds;
        Core.Tick(Now, Effects);
    });

    public void Stop() => Do(() => Core.Stop(Now, Effects));

    /// <summary>The router accepts the batch with keys from <paramref name="firstKey"/>.</summary>
    public void Accept(IntakeBatch batch, long firstKey) => Answer(batch, [.. Enumerable.Range(0, batch.Jobs.Count).Select(i => firstKey + i)], null);

    public void Answer(IntakeBatch batch, long[] keys, RefusalCode[]? codes) =>
        Do(() => Core.Answered(batch.Ticket, keys, codes, codes is null ? null : "why", Now, Effects));

    public void Finish(params FinishedJob[] jobs) => Do(() => Core.Finished(jobs, Effects));

    public static FinishedJob Done(long ticket, int index, long key) =>
        new() { Ticket = ticket, Index = index, Key = key, State = JobState.Succeeded, Worker = "w1" };

    public void Do(Action what)
    {
        what();
        CarryOut();
    }

    private void CarryOut()
    {
        Batches.AddRange(Effects.Batches);
        Sent.AddRange(Effects.Batches.Select(b => (b.Ticket, b.Router, b)));
        Watches.AddRange(Effects.Watches);
        Questions.AddRange(Effects.Questions);
        foreach (SubmitReply r in Effects.Replies)
            r.Caller.Answered(r.Key, r.Code, r.Detail);
        foreach (BatchReply r in Effects.BatchReplies)
            r.Sink.Answered(r.Tag, r.Keys, r.Codes, r.Detail);
        foreach (Delivery d in Effects.Deliveries)
            d.Sink.Finished(d.Jobs, d.From, d.Count);
        foreach (WatchReply r in Effects.WatchReplies)
            r.Watcher.Finished(r.Job);
        foreach (QuestionRefusal r in Effects.Refusals)
            r.Question.Refused(r.Code, r.Detail);
        Effects.Clear();
    }

    internal sealed class Caller : ISubmitter, IJobWatcher
    {
        public List<(long Key, RefusalCode Code)> Answers { get; } = [];
        public List<FinishedJob> Ends { get; } = [];

        public void Answered(long key, RefusalCode code, string? detail)
        {
            Assert.Equal(code == RefusalCode.None, detail is null);
            Answers.Add((key, code));
        }

        public void Finished(in FinishedJob job) => Ends.Add(job);
    }

    internal sealed class Sink : IBatchSink
    {
        public List<(long Tag, int Row, long Key, RefusalCode Code)> Answers { get; } = [];
        public List<FinishedJob> Ends { get; } = [];

        public void Answered(long tag, long[] keys, RefusalCode[]? codes, string? detail)
        {
            for (int i = 0; i < keys.Length; i++)
                Answers.Add((tag, i, keys[i], codes?[i] ?? RefusalCode.None));
        }

        public void Finished(FinishedJob[] jobs, int from, int count) => Ends.AddRange(jobs.AsSpan(from, count));
    }

    internal sealed class Asked(bool isRepeatable) : Question
    {
        public List<RefusalCode> Refusals { get; } = [];

        public override bool IsRepeatable => isRepeatable;

        public override void Refused(RefusalCode code, string detail) => Refusals.Add(code);
    }
}
