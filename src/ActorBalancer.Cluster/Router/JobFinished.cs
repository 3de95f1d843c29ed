using Akka.Actor;

namespace ActorBalancer;

/// <summary>
/// A job became final. Published on the event stream of the ActorSystem whose node owns the job's queue, if that is a guest
/// (<see cref="ActorBalancerAkka.WithActorBalancer"/>); not kept, so that one who must not miss any asks the <see cref="IJobClient"/>.
/// </summary>
/// <param name="Id">Which.</param>
/// <param name="Queue">Its queue.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="State">Its final state.</param>
/// <param name="Worker">Of its last attempt; null if it never ran.</param>
/// <param name="Reason">With <see cref="JobState.Dead"/>: why.</param>
public sealed record JobFinished(JobId Id, string Queue, string Kind, JobState State, string? Worker, DeadReason Reason) : INoSerializationVerificationNeeded;
