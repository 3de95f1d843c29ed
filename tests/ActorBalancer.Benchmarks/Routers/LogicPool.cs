using Akka.Actor;
using Akka.Routing;
using Akka.Util;

namespace ActorBalancer.Benchmarks.Routers;

/// <summary>A pool around any logic, so that both sides differ in nothing else.</summary>
internal sealed class LogicPool(int routees, RoutingLogic logic)
    : Pool(routees, null, DefaultSupervisorStrategy, Akka.Dispatch.Dispatchers.DefaultDispatcherId, false)
{
    public override int GetNrOfInstances(ActorSystem system) => NrOfInstances;

    public override Akka.Routing.Router CreateRouter(ActorSystem system) => new(logic);

    public override ISurrogate ToSurrogate(ActorSystem system) => throw new NotSupportedException();
}
