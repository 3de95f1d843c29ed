using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Dispatch;
using ActorBalancer.Work;
using Akka.Actor;

namespace ActorBalancer.Cluster.Router;

/// <summary>
/// While the store does not answer, callers do: each hears within five seconds, and nothing is collected behind it for longer than that.
/// </summary>
internal sealed partial class RouterActor
{
    // Together with the dispatcher's patience for a commit, and a look every quarter of a second, below five seconds.
    private const long AnswerTime = 4 * Moment.PerSecond;
    private const long OwnerlessTime = 3 * Moment.PerSecond;
    private const long LookEvery = 250 * Moment.PerMillisecond;
    private const string StoreSilent = "the store did not answer in time: the job may have been accepted, look before you submit it again";
    private const string NotRegistered = "this router is not registered in its store, which does not answer; ask again when it does";

    private readonly SubmitDesk _desk = new();
    private long _ownerlessSince = -1;
    private long _lookAt = long.MinValue;

    private bool IsStoreInTrouble => _dispatcher is null or { IsStoreLate: true } or { IsStalled: true } || _unknown.Count > 0;

    private bool IsOwnerlessTooLong => _dispatcher is null && _ownerlessSince >= 0 && Now().Micros - _ownerlessSince >= OwnerlessTime;

    /// <summary>Looks whom to tell. When to look again.</summary>
    private long KeepDeadlines()
    {
        long now = Now().Micros;
        _ownerlessSince = _dispatcher is not null ? -1 : _ownerlessSince < 0 ? now : _ownerlessSince;
        if (!IsStoreInTrouble || (_desk.IsEmpty && _early.Count == 0))
            return long.MaxValue;
        if (now < _lookAt)
            return _lookAt;
        _lookAt = now + LookEvery;
        foreach ((int submitter, long ticket, int jobs) in _desk.TakeUntil(now - AnswerTime))
            _submitters[submitter]?.Tell(Refusal(ticket, jobs, RefusalCode.OutcomeUnknown, StoreSilent));
        if (IsOwnerlessTooLong)
        {
            foreach ((object message, IActorRef sender) in _early)
                RefuseEarly(message, sender);
            _early.RemoveAll(e => e.Message is IGatewayProtocol);
        }
        return _lookAt;
    }

    /// <summary>What came while no incarnation of this router can take it: kept for the next one, for a moment.</summary>
    private void OnEarly(object message, IActorRef sender)
    {
        // A report says all of the last one again, and a hello follows where one is needed.
        if (message is WorkerReport)
            return;
        if (IsOwnerlessTooLong && message is IGatewayProtocol)
            RefuseEarly(message, sender);
        else
            _early.Add((message, sender));
    }

    private static void RefuseEarly(object message, IActorRef sender)
    {
        switch (message)
        {
            case IGatewayProtocol.SubmitBatch submit:
                sender.Tell(Refusal(submit.Ticket, submit.Jobs.Count, RefusalCode.StoreUnavailable, NotRegistered));
                break;
            case IGatewayProtocol.WatchJobs watch:
                sender.Tell(new IGatewayProtocol.JobsFinished(
                    [.. watch.Keys.Select((key, index) => (Key: key, Index: index)).Where(k => k.Key >= 0).Select(k => Away(watch.Ticket, k.Index, k.Key))]));
                break;
            case IGatewayProtocol question:
                sender.Tell(new IGatewayProtocol.DoneAnswer(question.Ticket, RefusalCode.StoreUnavailable, NotRegistered));
                break;
        }
    }

    private static IGatewayProtocol.SubmitAnswer Refusal(long ticket, int jobs, RefusalCode code, string detail)
    {
        long[] keys = new long[jobs];
        RefusalCode[] codes = new RefusalCode[jobs];
        Array.Fill(keys, -1);
        Array.Fill(codes, code);
        return new IGatewayProtocol.SubmitAnswer(ticket, keys, codes, detail);
    }
}
