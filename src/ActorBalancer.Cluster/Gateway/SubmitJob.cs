using Akka.Actor;

namespace ActorBalancer;

/// <summary>
/// Submits a job from an actor: tell it to the actor registered as <see cref="ActorBalancerRouter"/>. The sender gets
/// <see cref="JobAccepted"/> once the job is stored, or <see cref="JobRefused"/>. Stays on its node.
/// </summary>
/// <param name="Kind">The stable name of the job's type.</param>
/// <param name="Args">The argument; written as JSON with web defaults by its runtime type.</param>
/// <param name="Options">Everything else; null: the defaults.</param>
public sealed record SubmitJob(string Kind, object Args, SubmitOptions? Options = null) : INoSerializationVerificationNeeded;
