using Akka.Actor;

namespace ActorBalancer;

/// <summary>The job of a <see cref="SubmitJob"/> is stored and will run.</summary>
/// <param name="Id">Its id.</param>
public sealed record JobAccepted(JobId Id) : INoSerializationVerificationNeeded;
