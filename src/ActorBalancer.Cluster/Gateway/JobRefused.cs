using Akka.Actor;

namespace ActorBalancer;

/// <summary>The job of a <see cref="SubmitJob"/> was refused; with <see cref="RefusalCode.OutcomeUnknown"/> it may have been accepted.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Detail">A sentence that says what to do.</param>
public sealed record JobRefused(RefusalCode Code, string Detail) : INoSerializationVerificationNeeded;
