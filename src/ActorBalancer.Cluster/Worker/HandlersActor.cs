using Akka.Actor;
using Akka.Event;

namespace ActorBalancer.Cluster.Worker;

/// <summary>The parent of all attempts by actors, at <c>/user/actorbalancer/handlers</c>.</summary>
internal sealed class HandlersActor(ActorHandlers handlers) : UntypedActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public static Props Props(ActorHandlers handlers) => Akka.Actor.Props.Create(() => new HandlersActor(handlers));

    protected override void PreStart() => handlers.Started(Self, Context.System);

    protected override void PostStop() => handlers.Ended();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ActorAttempt attempt: Context.ActorOf(AttemptActor.Props(attempt)); break;
            default:
                _log.Warning("Handlers actor got a message of unexpected type {Type}", message.GetType());
                Unhandled(message);
                break;
        }
    }
}
