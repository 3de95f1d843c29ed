using ActorBalancer.Strategies;

namespace ActorBalancer;

/// <summary>The weights of a queue, now and before.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Strategy">Its strategy's id.</param>
/// <param name="Source">Where its weights come from.</param>
/// <param name="Workers">One a worker, and a kind of jobs that the queue has had.</param>
/// <param name="History">What changed, oldest first, as far back as it is kept.</param>
internal sealed record QueueWeights(
    string Queue, string Strategy, WeightSource Source, IReadOnlyList<WeightNow> Workers, IReadOnlyList<WeightChange> History);
