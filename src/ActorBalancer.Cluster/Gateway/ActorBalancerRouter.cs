namespace ActorBalancer;

/// <summary>
/// The key of the balancer in Akka.Hosting's registry:
/// <c>registry.Get&lt;ActorBalancerRouter&gt;().Tell(new SubmitJob(kind, args))</c>. Carries nothing else.
/// </summary>
public sealed class ActorBalancerRouter
{
    private ActorBalancerRouter()
    {
    }
}
