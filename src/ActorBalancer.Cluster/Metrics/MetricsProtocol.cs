using ActorBalancer.Load;
using Akka.Actor;

namespace ActorBalancer.Cluster.Metrics;

/// <summary>What the router actor and the metrics actor of one node say to each other. The answer to all that a router says is <see cref="Weights"/>.</summary>
internal interface IMetricsProtocol
{
    /// <summary>To the metrics actor: send the weights to <paramref name="Router"/> from now on. Answered at once if there are any.</summary>
    sealed record SendWeightsTo(IActorRef Router) : IMetricsProtocol;

    /// <summary>To the metrics actor: tell <paramref name="Router"/> the <see cref="Samples"/> with every publication.</summary>
    sealed record SendSamplesTo(IActorRef Router) : IMetricsProtocol;

    /// <summary>A worker introduced itself. May be told again, for instance after a reconnect.</summary>
    /// <param name="Incarnation">Its process's incarnation.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Weight">Its configured weight in thousandths.</param>
    sealed record WorkerKnown(long Incarnation, string Name, int Weight) : IMetricsProtocol
    {
        /// <summary>Where it is.</summary>
        public Address? Node { get; init; }
    }

    /// <summary>To the metrics actor: send <see cref="NodeWeights"/> to that router of the application from now on. Answered at once if there are any; may be told again.</summary>
    sealed record SendNodeWeightsTo(IActorRef Router) : IMetricsProtocol;

    /// <summary>What the workers of the nodes weigh, speed and ejection included; 1 is a worker of weight 1. Does not cross nodes.</summary>
    sealed record NodeWeights(IReadOnlyDictionary<Address, double> Weights) : IMetricsProtocol, INoSerializationVerificationNeeded;

    /// <summary>What became of the runs of the last second or so.</summary>
    sealed record Runs(RunTally[] Tallies) : IMetricsProtocol;

    /// <summary>A worker is gone for good.</summary>
    sealed record WorkerForgotten(long Incarnation) : IMetricsProtocol;

    /// <summary>Answered by <see cref="Samples"/>.</summary>
    sealed record GetSamples : IMetricsProtocol
    {
        public static GetSamples Instance { get; } = new();
    }

    /// <summary>The newest samples of the workers that are known; one that has not published yet is missing.</summary>
    sealed record Samples(IReadOnlyList<NodeSample> Nodes) : IMetricsProtocol;
}
