using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Dispatch;
using ActorBalancer.Storage;
using Akka.Actor;

namespace ActorBalancer.Cluster.Router;

/// <summary>Orders are answered when what they changed is stored, as submits are: who cancels a job and looks finds it cancelled.</summary>
internal sealed partial class RouterActor
{
    private const string NotYetStored = "the store does not answer: it is done, but may be forgotten if this router ends before the store is back";

    private readonly List<(long After, IActorRef Asker, long Ticket)> _promises = [];
    private long _commits;

    /// <summary>Says yes once what the dispatcher has been told is stored.</summary>
    private void Promise(IActorRef asker, long ticket) =>
        // The next commit has it, unless one that could not be stored goes first.
        _promises.Add((_commits + (_dispatcher!.IsStalled ? 2 : 1), asker, ticket));

    private void CommittedAtOnce(Dispatcher dispatcher, CommitResult result)
    {
        dispatcher.Committed(result);
        Keep(result);
    }

    private void Keep(CommitResult result)
    {
        if (_promises.Count == 0)
            return;
        if (result == CommitResult.Done)
            Keep(until: _commits, RefusalCode.None, null);
        else
            Keep(until: long.MaxValue, RefusalCode.OutcomeUnknown, NotYetStored);
    }

    /// <summary>Where nothing had to be stored, nothing is waited for.</summary>
    private void KeepIdle()
    {
        if (_promises.Count > 0 && _dispatcher is { HasUnstored: false })
            Keep(until: long.MaxValue, RefusalCode.None, null);
    }

    private void Keep(long until, RefusalCode code, string? detail)
    {
        foreach ((long after, IActorRef asker, long ticket) in _promises)
        {
            if (after <= until)
                asker.Tell(new IGatewayProtocol.DoneAnswer(ticket, code, detail));
        }
        _promises.RemoveAll(p => p.After <= until);
    }
}
