using ActorBalancer.Cluster.Membership;
using ActorBalancer.Dispatch;
using ActorBalancer.Storage;
using Akka.Actor;

namespace ActorBalancer.Cluster.Router;

/// <summary>What this actor says to itself.</summary>
internal sealed partial class RouterActor
{
    private sealed record Flush
    {
        public static Flush Instance { get; } = new();
    }

    /// <summary>Membership's word of before the registration.</summary>
    private sealed record Later(IMembershipProtocol Member);

    private sealed record ReleaseAnswer(IActorRef Asker);

    /// <summary>What became of a commit; it concerns its callers even if its dispatcher is of the past.</summary>
    private sealed record CommitAnswer(Dispatcher Asker, CommitResult Result);

    private sealed record RegisterAnswer(Registration? Registration, Moment Sent);

    private sealed record RenewAnswer(bool? Prolonged, Moment Sent);

    /// <summary>A store's late answer, on its way to the dispatcher that asked.</summary>
    private sealed record Answer(Dispatcher Asker, Action<Dispatcher> Tell);

    /// <summary>A store's late answer, on its way to a caller.</summary>
    private sealed record Reply(Action Tell);
}
