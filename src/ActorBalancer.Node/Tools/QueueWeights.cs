using ActorBalancer.Client;

namespace ActorBalancer.Node.Tools;

/// <summary>What a queue's strategy divides its jobs by.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Strategy">Its strategy's id.</param>
/// <param name="Weights">Where they come from.</param>
/// <param name="Workers">Those that may get jobs now have a share.</param>
internal sealed record QueueWeights(string Queue, string Strategy, string Weights, IReadOnlyList<WorkerWeight> Workers)
{
    public static QueueWeights Of(QueueDetails queue, IReadOnlyList<WorkerDetails> workers)
    {
        double all = workers.Sum(Effective);
        return new QueueWeights(queue.Name, queue.Strategy, queue.Weights, [.. workers.Select(w =>
            new WorkerWeight(w.Name, w.State, w.Weight, Effective(w), all > 0 ? Effective(w) / all : 0))]);
    }

    public void Show(Screen screen)
    {
        screen.Line($"{Queue}: {Strategy}, {Weights} weights");
        Sheet sheet = new("worker", "state", Column.Number("weight"), Column.Number("now"), Column.Number("share"));
        foreach (WorkerWeight worker in Workers)
            sheet.Add(worker.Name, worker.State, Words.Number(worker.Weight), Words.Number(worker.EffectiveWeight), Words.Percent(worker.Share));
        screen.Show(sheet);
    }

    /// <summary>Only a worker that is up gets new jobs.</summary>
    private static double Effective(WorkerDetails worker) => worker.State == "up" ? worker.EffectiveWeight ?? worker.Weight : 0;
}
