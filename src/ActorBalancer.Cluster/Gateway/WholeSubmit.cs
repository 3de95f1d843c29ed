using ActorBalancer.Dispatch;
using ActorBalancer.Intake;

namespace ActorBalancer.Cluster.Gateway;

/// <summary>One call of SubmitWhole, and the task that its only answer completes.</summary>
internal sealed class WholeSubmit() : TaskCompletionSource<WholeAnswer>(TaskCreationOptions.RunContinuationsAsynchronously), IBatchSink
{
    public void Answered(long tag, long[] keys, RefusalCode[]? codes, string? detail) => TrySetResult(WholeAnswer.Of(keys, codes, detail));

    public void Finished(FinishedJob[] jobs, int from, int count) =>
        throw new InvalidOperationException("A submit without notice has no ends.");
}
