using ActorBalancer.Strategies;
using Akka.Actor;

namespace ActorBalancer;

/// <summary>A queue was made or changed. Published where <see cref="JobFinished"/> is.</summary>
/// <param name="Queue">Which.</param>
/// <param name="Change"><c>created</c>, <c>paused</c>, <c>resumed</c> or <c>strategy</c>.</param>
/// <param name="Strategy">The id of its strategy now.</param>
/// <param name="Binding">When its jobs are bound to workers now.</param>
public sealed record QueueChanged(string Queue, string Change, string Strategy, Binding Binding) : INoSerializationVerificationNeeded;
