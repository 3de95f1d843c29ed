using System.Diagnostics.Metrics;
using System.Globalization;
using ActorBalancer.Dispatch;

namespace ActorBalancer.Cluster.Router;

/// <summary>A router's instruments, over the figures on its board.</summary>
internal sealed class RouterInstruments(RouterBoard board)
{
    private delegate IEnumerable<Measurement<long>> Reader(DispatchFigures figures);

    public void AddTo(Meter meter)
    {
        Counter("accepted", "Jobs that were accepted.", f => ByQueue(f, q => q.Counts.Accepted));
        Counter("refused", "Jobs that this router refused, by the code of the refusal.", Refused);
        Counter("finished", "Jobs that became final, by how.", Finished);
        Counter("retried", "Attempts that failed and were followed by another.", f => ByQueue(f, q => q.Counts.Retried));
        Counter("reruns", "Runs that were lost with their worker.", f => ByQueue(f, q => q.Counts.Lost));
        Gauge("jobs.waiting", "Jobs that wait for a slot, a worker of their kind, or an earlier job of their source.", f => ByQueue(f, q => q.Waiting));
        Gauge("jobs.running", "Jobs at workers.", f => ByQueue(f, q => q.Running));
        Gauge("jobs.scheduled", "Jobs that wait for their time, retries included.", f => ByQueue(f, q => q.Scheduled));
        Gauge("jobs.dead", "Jobs given up.", f => ByQueue(f, q => q.Dead));
        Gauge("workers", "Workers, by their state.", Workers);
        Gauge("slots", "Slots of the workers that are up.", f => One(f.Workers.Where(w => w.State == WorkerState.Up).Sum(w => (long)w.Slots)));
        Gauge("in_flight", "Jobs that this router sent and has no outcome of.", f => One(f.Workers.Sum(w => (long)w.InFlight)));
        Gauge("credit", "Jobs that this router may send now.", f => One(f.Workers.Sum(w => w.Credit)));
        Gauge("wanted_slots", "Jobs that run or could run now: how many slots would leave none of them waiting.", f => One(f.WantedSlots));
        meter.CreateObservableCounter(
            "actorbalancer.stale_outcomes", () => Read(f => One(f.StaleOutcomes)), description: "Outcomes of runs that no longer counted, dropped.");
        meter.CreateObservableCounter(
            "actorbalancer.duplicate_outcomes", () => Read(f => One(f.DuplicateOutcomes)), description: "Outcomes of jobs that were final already by the store, dropped.");
        AddResponses(meter);

        void Counter(string name, string text, Reader read) =>
            meter.CreateObservableCounter("actorbalancer.jobs." + name, () => Read(read), description: text);

        void Gauge(string name, string text, Reader read) =>
            meter.CreateObservableGauge("actorbalancer." + name, () => Read(read), description: text);
    }

    /// <summary>
    /// A histogram in the form in which Prometheus keeps one. An instrument of that kind would want a call a job; these numbers are
    /// counted anyway.
    /// </summary>
    private void AddResponses(Meter meter)
    {
        meter.CreateObservableGauge(
            "actorbalancer.response_seconds.bucket",
            () => Read(Buckets),
            description: "Jobs that were final within so many seconds (le) after somebody wanted them to run.");
        meter.CreateObservableGauge(
            "actorbalancer.response_seconds.count", () => Read(f => ByQueue(f, q => q.Counts.Responses.Sum())), description: "Jobs that became final.");
        meter.CreateObservableGauge(
            "actorbalancer.response_seconds.sum",
            () => board.Figures?.Queues.Select(q => new Measurement<double>(q.Counts.ResponseMs / 1e3, Tag("queue", q.Name))) ?? [],
            description: "The sum of their response times, in seconds.");
    }

    private IEnumerable<Measurement<long>> Read(Reader read) => board.Figures is { } figures ? read(figures) : [];

    private static IEnumerable<Measurement<long>> ByQueue(DispatchFigures figures, Func<QueueFigures, long> value) =>
        figures.Queues.Select(q => new Measurement<long>(value(q), Tag("queue", q.Name)));

    private static IEnumerable<Measurement<long>> Refused(DispatchFigures figures)
    {
        for (int code = 1; code < figures.Refused.Length; code++)
        {
            if (figures.Refused[code] > 0)
                yield return new Measurement<long>(figures.Refused[code], Tag("code", ((RefusalCode)code).Word()));
        }
    }

    private static IEnumerable<Measurement<long>> Finished(DispatchFigures figures)
    {
        foreach (QueueFigures queue in figures.Queues)
        {
            QueueCounts counts = queue.Counts;
            yield return Of(queue.Name, "succeeded", counts.Succeeded);
            yield return Of(queue.Name, "discarded", counts.Discarded);
            yield return Of(queue.Name, "cancelled", counts.Cancelled);
            yield return Of(queue.Name, "dead", counts.Died);
        }

        static Measurement<long> Of(string queue, string outcome, long count) => new(count, Tag("queue", queue), Tag("outcome", outcome));
    }

    private static IEnumerable<Measurement<long>> Workers(DispatchFigures figures) =>
        Enum.GetValues<WorkerState>().Where(s => s != WorkerState.Gone)
            .Select(state => new Measurement<long>(figures.Workers.LongCount(w => w.State == state), Tag("state", state.ToString().ToLowerInvariant())));

    private static IEnumerable<Measurement<long>> Buckets(DispatchFigures figures)
    {
        foreach (QueueFigures queue in figures.Queues)
        {
            long jobs = 0;
            for (int i = 0; i < queue.Counts.Responses.Length; i++)
            {
                jobs += queue.Counts.Responses[i];
                string bound = i < QueueCounts.Bounds.Length ? (QueueCounts.Bounds[i] / 1e3).ToString(CultureInfo.InvariantCulture) : "+Inf";
                yield return new Measurement<long>(jobs, Tag("queue", queue.Name), Tag("le", bound));
            }
        }
    }

    private static IEnumerable<Measurement<long>> One(long value) => [new Measurement<long>(value)];

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
