using ActorBalancer.AspNetCore.Reading;

namespace ActorBalancer.AspNetCore.Queues;

/// <summary>The weights of a queue, now and before; see <see cref="QueueWeights"/>.</summary>
internal sealed record WeightsView(
    string Queue, string Strategy, string Weights, IReadOnlyList<WorkerWeightView> Workers, IReadOnlyList<WeightChangeView> History)
{
    public static WeightsView Of(QueueWeights weights)
    {
        WeightNow[][] workers = [.. weights.Workers.GroupBy(w => w.Worker, StringComparer.Ordinal).Select(w => w.ToArray())];
        double all = workers.Sum(w => w.Average(k => k.Effective));
        return new WeightsView(
            weights.Queue, weights.Strategy, Words.Of(weights.Source), [.. workers.Select(w => WorkerWeightView.Of(w, all, weights))],
            [.. weights.History.Select(WeightChangeView.Of)]);
    }
}

/// <summary>A worker's weight; where jobs of several kinds have it differ, the mean, and each kind's.</summary>
internal sealed record WorkerWeightView(
    string Name, string State, double Weight, double SlowStart, double Speed, double Success, double Learned, double EffectiveWeight, double Share,
    IReadOnlyList<KindWeightView> Kinds)
{
    public static WorkerWeightView Of(WeightNow[] kinds, double all, QueueWeights weights)
    {
        double effective = kinds.Average(k => k.Effective);
        bool differ = kinds.Any(k => k.Learned != kinds[0].Learned) && weights.Source == Strategies.WeightSource.Learned;
        return new WorkerWeightView(
            kinds[0].Worker, Words.Of(kinds[0].State), kinds[0].Weight, kinds[0].SlowStart, Math.Round(kinds.Average(k => k.Speed), 3),
            Math.Round(kinds.Average(k => k.Success), 3), Math.Round(kinds.Average(k => k.Learned), 3), Math.Round(effective, 3), all > 0 ? effective / all : 0,
            differ ? [.. kinds.Select(k => KindWeightView.Of(k, weights))] : []);
    }
}

/// <summary>A worker's weight for jobs of one kind.</summary>
internal sealed record KindWeightView(string Kind, double Speed, double Success, double Learned, double EffectiveWeight, double Share)
{
    public static KindWeightView Of(WeightNow now, QueueWeights weights)
    {
        double all = weights.Workers.Where(w => w.Kind == now.Kind).Sum(w => w.Effective);
        return new KindWeightView(
            now.Kind ?? "", Math.Round(now.Speed, 3), Math.Round(now.Success, 3), now.Learned, now.Effective, all > 0 ? now.Effective / all : 0);
    }
}

/// <summary>What changed in a weight.</summary>
internal sealed record WeightChangeView(
    string At, string? Worker, string? Kind, double Weight, double SlowStart, double Speed, double Success, double Learned, double EffectiveWeight, string Reason)
{
    public static WeightChangeView Of(WeightChange change) => new(
        Rfc3339.Format(change.At), change.Worker, change.Kind, change.Weight, change.SlowStart, Math.Round(change.Speed, 3), Math.Round(change.Success, 3),
        change.Learned, change.Effective, change.Reason);
}
