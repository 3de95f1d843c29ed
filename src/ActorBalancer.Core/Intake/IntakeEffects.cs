using ActorBalancer.Dispatch;

namespace ActorBalancer.Intake;

/// <summary>What the shell has to do after an event. One object, used again for every event.</summary>
internal sealed class IntakeEffects
{
    public List<IntakeBatch> Batches { get; } = [];

    public List<WatchSend> Watches { get; } = [];

    public List<QuestionSend> Questions { get; } = [];

    public List<SubmitReply> Replies { get; } = [];

    public List<BatchReply> BatchReplies { get; } = [];

    public List<Delivery> Deliveries { get; } = [];

    public List<WatchReply> WatchReplies { get; } = [];

    public List<QuestionRefusal> Refusals { get; } = [];

    public void Clear()
    {
        Batches.Clear();
        Watches.Clear();
        Questions.Clear();
        Replies.Clear();
        BatchReplies.Clear();
        Deliveries.Clear();
        WatchReplies.Clear();
        Refusals.Clear();
    }
}

/// <summary>Ask the router to tell when the jobs are final.</summary>
internal readonly record struct WatchSend(int Router, long Ticket, long[] Keys);

/// <summary>Ask the router.</summary>
internal readonly record struct QuestionSend(int Router, long Ticket, Question Question);

/// <summary>Answer a single submit.</summary>
internal readonly record struct SubmitReply(ISubmitter Caller, long Key, RefusalCode Code, string? Detail, bool IsKnown = false);

/// <summary>Answer a whole batch.</summary>
internal readonly record struct BatchReply(IBatchSink Sink, long Tag, long[] Keys, RefusalCode[]? Codes, string? Detail);

/// <summary>Hand over ends of jobs.</summary>
internal readonly record struct Delivery(IBatchSink Sink, FinishedJob[] Jobs, int From, int Count);

/// <summary>Tell a watcher.</summary>
internal readonly record struct WatchReply(IJobWatcher Watcher, FinishedJob Job);

/// <summary>Refuse a question.</summary>
internal readonly record struct QuestionRefusal(Question Question, RefusalCode Code, string Detail);
