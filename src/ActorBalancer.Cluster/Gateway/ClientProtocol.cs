using Akka.Actor;
using Akka.Event;
using ActorBalancer.Intake;

namespace ActorBalancer.Cluster.Gateway;

/// <summary>What the client of a node says to the gateway of the same node; never crosses nodes.</summary>
internal interface IClientProtocol : INoSerializationVerificationNeeded
{
    /// <summary>A valid job.</summary>
    sealed record SubmitOne(JobRequest Job, ISubmitter Caller) : IClientProtocol;

    /// <summary>Valid jobs within the limits of a batch.</summary>
    sealed record SubmitMany(IntakeBatch Batch) : IClientProtocol;

    sealed record Watch(long Key, IJobWatcher Watcher) : IClientProtocol;

    sealed record Unwatch(long Key, IJobWatcher Watcher) : IClientProtocol;

    sealed record Ask(RouterQuestion Question) : IClientProtocol;
}
