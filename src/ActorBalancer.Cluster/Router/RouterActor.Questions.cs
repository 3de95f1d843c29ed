using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Metrics;
using ActorBalancer.Dispatch;
using ActorBalancer.Load;
using ActorBalancer.Routers;
using ActorBalancer.Storage;
using ActorBalancer.Strategies;
using Akka.Actor;
using Akka.Cluster;

namespace ActorBalancer.Cluster.Router;

/// <summary>What gateways ask of a router: orders go to the core, what is only shown is answered here.</summary>
internal sealed partial class RouterActor
{
    private void OnQuestion(IGatewayProtocol question, IActorRef asker)
    {
        switch (question)
        {
            case IGatewayProtocol.WatchJobs m: _core.Watch(asker, m.Ticket, m.Keys); break;
            case IGatewayProtocol.CancelJob m: _core.Cancel(asker, m.Ticket, m.Key); break;
            case IGatewayProtocol.RetryJob m: _core.Retry(asker, m.Ticket, m.Key); break;
            case IGatewayProtocol.DrainWorker { Incarnation: not 0 } m: _core.Drained(m.Worker, m.Incarnation); break;
            case IGatewayProtocol.DrainWorker m: _core.Drain(asker, m.Ticket, m.Worker, m.Drain); break;
            case IGatewayProtocol.SetQueue m: _core.SetQueue(asker, m.Ticket, m.Queue, m.Strategy, m.Binding, m.Paused, m.Weights); break;
            default:
                if (_core.IsReady(asker, question.Ticket, () => OnQuestion(question, asker)))
                    Show(question, asker);
                break;
        }
    }

    private void Show(IGatewayProtocol question, IActorRef asker)
    {
        switch (question)
        {
            case IGatewayProtocol.GetJob get: OnGet(get, asker); break;
            case IGatewayProtocol.ListJobs list: OnList(list, asker); break;
            case IGatewayProtocol.DescribeJobs describe: OnDescribe(describe, asker); break;
            case IGatewayProtocol.GetWeights weights: OnWeights(weights, asker); break;
            case IGatewayProtocol.ListQueues list: asker.Tell(new IGatewayProtocol.QueuesAnswer(list.Ticket, Queues()) { Incarnation = Dispatcher!.Incarnation }); break;
            case IGatewayProtocol.ListWorkers list: asker.Tell(new IGatewayProtocol.WorkersAnswer(list.Ticket, Workers())); break;
            default: Unhandled(question); break;
        }
    }

    private void OnGet(IGatewayProtocol.GetJob get, IActorRef asker)
    {
        if (!_core.CanTellOf(get.Key))
        {
            asker.Tell(new IGatewayProtocol.Moved(get.Ticket));
            return;
        }
        _core.Look(
            get.Key,
            job => asker.Tell(new IGatewayProtocol.JobAnswer(get.Ticket, job is null ? null : WithDecisions(Trimmed(WithPresent(job))))),
            () => asker.Tell(new IGatewayProtocol.DoneAnswer(get.Ticket, RefusalCode.StoreUnavailable, RouterCore<IActorRef>.StoreFailed)));
    }

    private JobInfo Trimmed(JobInfo job) => job with { Attempts = NewestAttempts.Within(_settings.Options.Router.BatchBytes, job.Attempts) };

    /// <summary>The store's record with what only the owner knows: that it runs, where, and why it waits.</summary>
    private JobInfo WithPresent(JobInfo job)
    {
        if (JobTransitions.IsFinal(job.State) || Dispatcher is null || _core.Turn().Describe(job.Id.Key) is not { } present)
            return job;
        return With(present, job) with { Progress = present.State == JobState.Running ? ProgressOf(job.Id, present) : null };
    }

    internal static JobInfo With(in PresentJob present, JobInfo job)
    {
        if (present.State != JobState.Running || present.Worker is null)
            return job with { State = present.State, Waiting = present.Waiting };
        DateTimeOffset sent = DateTimeOffset.FromUnixTimeMilliseconds(present.SentUnixMs);
        return job with
        {
            State = JobState.Running,
            Attempt = present.Attempt,
            Worker = present.Worker,
            StartedAt = sent,
            Attempts = [.. job.Attempts, new JobAttempt(present.Attempt, present.Worker, sent, null, AttemptOutcome.None, null, present.Why)],
        };
    }

    private void OnDescribe(IGatewayProtocol.DescribeJobs describe, IActorRef asker)
    {
        List<JobInfo> present = [];
        foreach (long key in describe.Keys)
        {
            if (_core.Turn().Describe(key) is { } job)
                present.Add(With(job, new JobInfo { Id = new JobId(key), Kind = "", Queue = "", Source = "", State = default, SubmittedAt = default, Attempt = 0, Attempts = [] }) with { Attempts = [] });
        }
        asker.Tell(new IGatewayProtocol.JobsAnswer(describe.Ticket, [.. present], null));
    }

    /// <summary>Our own as we know them, the others as the store does: what runs there, their owners say.</summary>
    private QueueInfo[] Queues()
    {
        List<QueueInfo> queues = [.. _core.Turn().Queues()];
        foreach (QueueRow row in _core.Directory.All)
        {
            if (Dispatcher!.Owns(row.Name))
                continue;
            string strategy = row.Strategy ?? _settings.Options.Queue(row.Name).Strategy;
            StrategyCatalog.TryGet(strategy, out StrategyInfo? info);
            Binding binding = row.Binding ?? (row.Strategy is null ? _settings.Options.Queue(row.Name).Binding : null)
                ?? info?.DefaultBinding ?? Binding.Late;
            queues.Add(new QueueInfo(
                row.Name, row.Paused, strategy, binding, row.Ready, 0, row.Later, row.Dead, _core.Directory.NameOf(row.Owner), row.Owner, [])
            {
                Weights = row.Weights ?? (row.Strategy is null ? _settings.Options.Queue(row.Name).Weights : null) ?? info?.DefaultWeights ?? WeightSource.Static,
            });
        }
        queues.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return [.. queues];
    }

    /// <summary>What the links tell, with what the cluster and the samples know of the nodes.</summary>
    private WorkerInfo[] Workers()
    {
        WorkerInfo[] workers = _core.Turn().Workers(row => _core.Workers[row]?.Node ?? "");
        if (workers.Length == 0)
            return workers;
        var roles = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (Member member in Akka.Cluster.Cluster.Get(Context.System).State.Members)
            roles[member.Address.ToString()] = [.. member.Roles.Order(StringComparer.Ordinal)];
        for (int i = 0; i < workers.Length; i++)
        {
            WorkerInfo worker = workers[i];
            workers[i] = worker with
            {
                Roles = roles.GetValueOrDefault(worker.Node, []),
                Load = _samples.TryGetValue(worker.Incarnation, out NodeSample? sample)
                    ? worker.Load with { Cpu = sample.Cpu, Memory = Share(sample), MemoryBytes = sample.MemoryBytes }
                    : worker.Load,
            };
        }
        return workers;
    }

    private static double Share(NodeSample sample) =>
        sample.MemoryLimitBytes > 0 ? Math.Clamp((double)sample.MemoryBytes / sample.MemoryLimitBytes, 0, 1) : 0;
}
