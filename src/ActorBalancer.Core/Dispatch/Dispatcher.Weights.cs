using ActorBalancer.Load;
using ActorBalancer.Strategies;

namespace ActorBalancer.Dispatch;

/// <summary>Weights over time: what changed, and why.</summary>
internal sealed partial class Dispatcher
{
    private const string SlowStart = "slow start";

    private readonly WeightLog _weightLog = new();

    /// <summary>A queue's weights now and the newest changes of them; null: there is none of that name.</summary>
    public QueueWeights? WeightsOf(string name, int mostChanges)
    {
        if (!_queues.TryGetValue(name, out QueueState? queue))
            return null;
        string[] kinds = [.. queue.Lanes.Select(lane => lane.KindName).Order(StringComparer.Ordinal)];
        List<WeightNow> now = [];
        foreach (WorkerLink link in _fleet.Links.OrderBy(l => l.Name, StringComparer.Ordinal))
        {
            foreach (string? kind in kinds.Length == 0 ? (string?[])[null] : kinds)
            {
                if (kind is null || link.Kinds.Contains(KindNumber(kind)))
                    now.Add(NowOf(queue, link, kind));
            }
        }
        WeightChange[] history = [.. _weightLog.All.Where(row => IsAbout(row, queue, kinds)).TakeLast(mostChanges).Select(row => Shown(row, queue))];
        return new QueueWeights(queue.Name, queue.Strategy, queue.Weights, now, history);
    }

    private static bool IsAbout(in WeightLog.Row row, QueueState queue, string[] kinds) => row.Queue is { } name ? name == queue.Name
        : row.Kind is null || (queue.Weights == WeightSource.Learned && (row.Kind.Length == 0 || kinds.Contains(row.Kind)));

    private WeightNow NowOf(QueueState queue, WorkerLink link, string? kind)
    {
        int started = WeightOf(link);
        KindFactor factor = FactorOf(link, kind ?? "");
        double learned = queue.Weights == WeightSource.Learned ? factor.Thousandths / 1000.0 : 1;
        return new WeightNow
        {
            Worker = link.Name,
            State = StateOf(link),
            Kind = kind,
            Weight = link.Weight / 1000.0,
            SlowStart = SlowStartOf(started, link.Weight),
            Speed = factor.Speed,
            Success = factor.Success,
            Learned = factor.Thousandths / 1000.0,
            Effective = link.TakesJobs ? Math.Round(started * learned / 1000.0, 3) : 0,
        };
    }

    private static WeightChange Shown(in WeightLog.Row row, QueueState queue)
    {
        WeightChange change = new()
        {
            At = DateTimeOffset.FromUnixTimeMilliseconds(row.UnixMs),
            Worker = row.Queue is null ? row.Worker : null,
            Kind = row.Kind is { Length: > 0 } kind ? kind : null,
            Weight = row.Weight / 1000.0,
            SlowStart = SlowStartOf(row.Started, row.Weight),
            Effective = row.IsOut ? 0 : row.Started / 1000.0,
            Reason = row.Reason,
        };
        return queue.Weights == WeightSource.Static ? change : change with
        {
            Speed = row.Speed,
            Success = row.Success,
            Learned = row.Factor / 1000.0,
            Effective = Math.Round(change.Effective * row.Factor / 1000, 3),
        };
    }

    private static double SlowStartOf(int started, int weight) => started < weight && weight > 0 ? Math.Round((double)started / weight, 3) : 1;

    private static KindFactor FactorOf(WorkerLink link, string kind)
    {
        KindFactor any = new("", 1000);
        foreach (KindFactor factor in link.Factors)
        {
            if (factor.Kind == kind)
                return factor;
            if (factor.Kind.Length == 0)
                any = factor;
        }
        return any;
    }

    /// <summary>Before the link takes the weight.</summary>
    private void LogWeight(WorkerLink link, in WorkerWeight next)
    {
        if (link.Effective != next.Effective)
        {
            string reason = link.Effective < 0 ? next.Effective < link.Weight ? "joined: slow start" : "joined"
                : next.Effective < link.Weight ? SlowStart : link.Effective < link.Weight ? "slow start is over" : "configured weight";
            // It grows with every word of the metrics actor; a few steps of it tell as much.
            if (reason != SlowStart || StepOf(link.Effective, link.Weight) != StepOf(next.Effective, link.Weight))
                LogRow(link, reason, next.Effective);
        }
        foreach (KindFactor factor in next.Factors)
        {
            KindFactor was = FactorOf(link, factor.Kind);
            if (was.Thousandths == factor.Thousandths)
                continue;
            // The factor follows speed x success; what of the two is further from 1 names the change.
            bool isSpeed = Math.Abs(Math.Log(factor.Speed)) >= Math.Abs(Math.Log(Math.Max(factor.Success, 0.001)));
            LogLearned(link, factor, next.Effective, isSpeed ? "speed" : "success rate");
        }
        foreach (KindFactor was in link.Factors)
        {
            if (Array.TrueForAll(next.Factors, f => f.Kind != was.Kind))
                LogLearned(link, new KindFactor(was.Kind, FactorOf(next.Factors)), next.Effective, "as for the other kinds again");
        }
    }

    private static int StepOf(int started, int weight) => (int)(4L * started / Math.Max(1, weight));

    private static int FactorOf(KindFactor[] factors) => Array.Find(factors, f => f.Kind.Length == 0) is { Kind: not null } any ? any.Thousandths : 1000;

    private void LogLearned(WorkerLink link, in KindFactor factor, int started, string reason) => _weightLog.Add(new WeightLog.Row(Now.UnixMs, reason)
    {
        Worker = link.Name, Kind = factor.Kind, Weight = link.Weight, Started = started, Factor = factor.Thousandths, Speed = factor.Speed, Success = factor.Success,
        IsOut = link.Ejected is not null,
    });

    private void LogRow(WorkerLink link, string reason, int started, bool isOut = false)
    {
        KindFactor any = FactorOf(link, "");
        _weightLog.Add(new WeightLog.Row(Now.UnixMs, reason)
        {
            Worker = link.Name, Weight = link.Weight, Started = started, Factor = any.Thousandths, Speed = any.Speed, Success = any.Success,
            IsOut = isOut || link.Ejected is not null,
        });
    }

    private void LogQueue(QueueState queue) => _weightLog.Add(
        new WeightLog.Row(Now.UnixMs, $"{queue.Strategy}, {queue.Weights.ToString().ToLowerInvariant()} weights") { Queue = queue.Name });
}
