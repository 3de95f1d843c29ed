using Akka.Actor;
using Akka.Routing;

namespace ActorBalancer.Cluster.Routing;

/// <summary>Picks when the message is sent: only then is it known whether somebody waits for an answer.</summary>
internal sealed class PendingRoutee(BalancerRoutingLogic logic, Routee[] routees, ulong source) : Routee
{
    public Routee[] Routees => routees;

    public override void Send(object message, IActorRef sender) => logic.Send(routees, source, message, sender);

    public override Task<object> Ask(object message, TimeSpan? timeout) => logic.AskAsync(routees, source, message, timeout);
}

/// <summary>No routee takes messages now. Akka's own says nothing when the sender is remote or an ask.</summary>
internal sealed class DeadLetterRoutee(IActorRef deadLetters) : Routee
{
    public override void Send(object message, IActorRef sender) => deadLetters.Tell(message, sender);

    public override Task<object> Ask(object message, TimeSpan? timeout) => deadLetters.Ask(message, timeout);
}
