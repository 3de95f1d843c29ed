using ActorBalancer.Strategies;

namespace ActorBalancer;

/// <summary>A queue as its owner sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Paused">True: nothing is assigned.</param>
/// <param name="Strategy">The strategy's id.</param>
/// <param name="Binding">When jobs are bound to workers.</param>
/// <param name="Waiting">Jobs that could run now but for a free slot, a worker of their kind, or an earlier job of their source.</param>
/// <param name="Running">Jobs at workers.</param>
/// <param name="Scheduled">Jobs that wait for their time, retries included.</param>
/// <param name="Dead">Jobs given up, as far as they are kept.</param>
/// <param name="Owner">The router node's name.</param>
/// <param name="Incarnation">The router node's incarnation.</param>
/// <param name="UnofferedKinds">Kinds with waiting jobs that no worker offers now.</param>
public sealed record QueueInfo(
    string Name, bool Paused, string Strategy, Binding Binding, long Waiting, long Running, long Scheduled, long Dead,
    string Owner, long Incarnation, IReadOnlyList<string> UnofferedKinds)
{
    /// <summary>Where the weights of workers come from.</summary>
    public WeightSource Weights { get; init; }
}
