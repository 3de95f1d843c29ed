using ActorBalancer.Dispatch;

namespace ActorBalancer.Intake;

/// <summary>One who submitted a single job. The machine carries it along; only the shell calls it.</summary>
internal interface ISubmitter
{
    /// <summary>The job of this key is stored, or was refused with a code and a sentence.</summary>
    void Answered(long key, RefusalCode code, string? detail);

    /// <summary>Its idempotency key names an earlier job with the same fields, of this key; no second one was made.</summary>
    void Known(long key) => Answered(key, RefusalCode.None, null);
}

/// <summary>One who submitted whole batches. Called on the gateway's thread: hand over and return.</summary>
internal interface IBatchSink
{
    /// <summary>The batch is stored, or refused row by row.</summary>
    /// <param name="tag">The caller's own number of the batch.</param>
    /// <param name="keys">
    /// Per row, -1 where it was refused, and where the answer never came but the row's end did. Belongs to the router: read only.
    /// </param>
    /// <param name="codes">Per row; null when none was refused. A row whose end came before is never refused.</param>
    /// <param name="detail">A sentence for the first refusal.</param>
    void Answered(long tag, long[] keys, RefusalCode[]? codes, string? detail);

    /// <summary>
    /// Jobs that are final, each exactly once; <see cref="FinishedJob.Ticket"/> is the tag of its batch. The part of the
    /// array belongs to the sink from now on.
    /// </summary>
    void Finished(FinishedJob[] jobs, int from, int count);
}

/// <summary>One who waits for the end of a job.</summary>
internal interface IJobWatcher
{
    /// <summary>Called once: the job is final, or (with a code) will not be heard of.</summary>
    void Finished(in FinishedJob job);
}

/// <summary>A question to a router that is neither a submit nor a watch. The shell knows its message and its answer.</summary>
internal abstract class Question
{
    /// <summary>True: asking twice changes nothing, so it is asked again when a router is lost before it answered.</summary>
    public abstract bool IsRepeatable { get; }

    /// <summary>It goes to the owner of the job with this key; null: it is about no job.</summary>
    public virtual long? Key => null;

    /// <summary>It goes to the owner of this queue; null: it is about no queue.</summary>
    public virtual string? Queue => null;

    /// <summary>Every router can answer it while the owner cannot be reached.</summary>
    public virtual bool AnyWillDo => false;

    /// <summary>All routers are asked, and their answers are one answer. What one of them does not say is left out.</summary>
    public virtual bool ToAll => false;

    /// <summary>With <see cref="ToAll"/>: one of those that were asked will not answer, and the question is asked again later.</summary>
    public virtual void TakenBack()
    {
    }

    /// <summary>With <see cref="ToAll"/>: some router has answered.</summary>
    public virtual bool IsPartlyAnswered => false;

    public abstract void Refused(RefusalCode code, string detail);
}
