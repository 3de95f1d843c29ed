using Akka.Actor;
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

    /// <summary>The node stops: everybody who waits is told what is known, and whoever still comes is refused.</summary>
    sealed record Stop : IClientProtocol;

    /// <summary>Everybody was told.</summary>
    sealed record Stopped : IClientProtocol;
}
