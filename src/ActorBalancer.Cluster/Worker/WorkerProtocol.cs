namespace ActorBalancer.Cluster.Worker;

/// <summary>What a worker actor and its own node say to each other; routers speak to it in the messages of the link.</summary>
internal interface IWorkerProtocol
{
    /// <summary>
    /// Take no new jobs, hand back what waits, let running ones end within this time. Answered with <see cref="Drained"/>.
    /// </summary>
    sealed record Drain(TimeSpan Within) : IWorkerProtocol;

    /// <summary>Nothing runs any more, and the routers have every outcome or the time is up.</summary>
    sealed record Drained : IWorkerProtocol
    {
        public static Drained Instance { get; } = new();
    }

    /// <summary>
    /// To the parent: half the slots are lost to handlers that will not end; only a new process gets them back. Said when
    /// what ran in the other slots has been drained.
    /// </summary>
    sealed record RestartRequested(string Reason) : IWorkerProtocol;

    /// <summary>To the parent: no router was there for so long that an executable of our own should end for its supervisor.</summary>
    sealed record NoRouterSeen(TimeSpan For) : IWorkerProtocol;
}
