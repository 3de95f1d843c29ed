using ActorBalancer.Cluster.Router;
using ActorBalancer.Dispatch;
using ActorBalancer.Intake;

namespace ActorBalancer.Testing;

/// <content>What the client asks; each is answered within the call.</content>
internal sealed partial class MachineRoom
{
    private long _lastTicket;

    /// <summary>Refuses what production refuses, with the same codes.</summary>
    public SubmitResult Submit(JobRequest request)
    {
        RefusalCode code = JobRequestValidator.Check(request, _settings.Options.Limits.Payload, out string? detail);
        if (code != RefusalCode.None)
            return new SubmitResult(default, code, detail);
        long ticket = ++_lastTicket;
        _router.Submit(_client, ticket, JobBatch.From([request]), notify: false);
        Pump();
        if (!_answers.Remove(ticket, out SubmitAnswer answer))
            throw new InvalidOperationException("The router has not answered a submit.");
        return answer.Codes?[0] is { } refusal and not RefusalCode.None
            ? new SubmitResult(default, refusal, answer.Detail)
            : new SubmitResult(new JobId(answer.Keys[0]), RefusalCode.None, null);
    }

    public TaskCompletionSource<FinishedJob> Watch(JobId id)
    {
        // Whoever waits goes on within the call that tells it: so the order of things is the same in every run.
        TaskCompletionSource<FinishedJob> watch = new();
        long ticket = ++_lastTicket;
        _watches.Add(ticket, watch);
        _router.Watch(_client, ticket, [id.Key]);
        Pump();
        return watch;
    }

    public (RefusalCode Code, string? Detail) Cancel(JobId id)
    {
        long ticket = ++_lastTicket;
        _router.Cancel(_client, ticket, id.Key);
        Pump();
        return _done.Remove(ticket, out (RefusalCode, string?) answer)
            ? answer
            : throw new InvalidOperationException("The router has not answered a cancel.");
    }

    public JobInfo? Get(JobId id)
    {
        JobInfo? job = _store.GetAsync(id, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return job is null || JobTransitions.IsFinal(job.State) || _router.Turn().Describe(id.Key) is not { } present ? job : RouterActor.With(present, job);
    }
}
