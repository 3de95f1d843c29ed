using ActorBalancer.Node.Http.Reading;

namespace ActorBalancer.Node.Http.Queues;

/// <summary>The weights of a queue, now and before; see <see cref="QueueWeights"/>.</summary>
internal sealed record WeightsView(
    string Queue, string Strategy, string Weights, IReadOnlyList<WeightNowView> Workers, IReadOnlyList<WeightChangeView> History)
{
    public static WeightsView Of(QueueWeights weights) => new(
        weights.Queue, weights.Strategy, Words.Of(weights.Source),
        [.. weights.Workers.Select(w => WeightNowView.Of(w, weights.Workers.Where(o => o.Kind == w.Kind).Sum(o => o.Effective)))],
        [.. weights.History.Select(WeightChangeView.Of)]);
}

/// <summary>A worker's weight for jobs of one kind.</summary>
internal sealed record WeightNowView(
    string Name, string State, string? Kind, double Weight, double SlowStart, double Speed, double Success, double Learned, double EffectiveWeight, double Share)
{
    public static WeightNowView Of(WeightNow now, double all) => new(
        now.Worker, Words.Of(now.State), now.Kind, now.Weight, now.SlowStart, Math.Round(now.Speed, 3), Math.Round(now.Success, 3), now.Learned,
        now.Effective, all > 0 ? now.Effective / all : 0);
}

/// <summary>What changed in a weight.</summary>
internal sealed record WeightChangeView(
    string At, string? Worker, string? Kind, double Weight, double SlowStart, double Speed, double Success, double Learned, double EffectiveWeight, string Reason)
{
    public static WeightChangeView Of(WeightChange change) => new(
        Rfc3339.Format(change.At), change.Worker, change.Kind, change.Weight, change.SlowStart, Math.Round(change.Speed, 3), Math.Round(change.Success, 3),
        change.Learned, change.Effective, change.Reason);
}
