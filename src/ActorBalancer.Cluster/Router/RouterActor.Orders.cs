using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Dispatch;
using ActorBalancer.Load;
using ActorBalancer.Storage;
using Akka.Actor;
using Akka.Cluster;

namespace ActorBalancer.Cluster.Router;

/// <summary>What people order: cancel and retry a job, drain a worker; and the workers as they see them.</summary>
internal sealed partial class RouterActor
{
    // By worker incarnation, so that a drained worker stays drained under a new incarnation of this router, and after it was given up.
    private readonly Dictionary<string, long> _drained = new(StringComparer.Ordinal);

    private void OnCancel(IGatewayProtocol.CancelJob cancel, IActorRef asker)
    {
        if (Turn().Cancel(cancel.Key))
        {
            Promise(asker, cancel.Ticket);
            return;
        }
        Look(cancel.Key, cancel.Ticket, asker, job =>
        {
            IGatewayProtocol.DoneAnswer answer = CancelStored(cancel, job);
            if (answer.Code == RefusalCode.None)
                Promise(asker, cancel.Ticket);
            else
                asker.Tell(answer);
        });
    }

    private IGatewayProtocol.DoneAnswer CancelStored(IGatewayProtocol.CancelJob cancel, JobInfo? job)
    {
        if (job is null)
            return new IGatewayProtocol.DoneAnswer(cancel.Ticket, RefusalCode.NotFound, $"there is no job {new JobId(cancel.Key)}");
        if (JobTransitions.IsFinal(job.State))
            return new IGatewayProtocol.DoneAnswer(cancel.Ticket, RefusalCode.Conflict, $"job {job.Id} is {job.State.ToString().ToLowerInvariant()} already");
        if (_dispatcher is null)
            return new IGatewayProtocol.DoneAnswer(cancel.Ticket, RefusalCode.NotReady, "this router lost its queues just now; ask again in a second");
        // The store alone has it, or its cancel by somebody else is on the way there.
        Turn().CancelStored(cancel.Key);
        return new IGatewayProtocol.DoneAnswer(cancel.Ticket, RefusalCode.None, null);
    }

    private void OnRetry(IGatewayProtocol.RetryJob retry, IActorRef asker)
    {
        Dispatcher dispatcher = Turn();
        (RefusalCode code, string? detail) = dispatcher.Retry(retry.Key);
        if (code != RefusalCode.None)
        {
            asker.Tell(new IGatewayProtocol.DoneAnswer(retry.Ticket, code, detail));
            return;
        }
        // Should the answer to the reopening be lost, an open job that is read back was reopened, and not open all the time.
        Look(
            retry.Key,
            job =>
            {
                if (Dispatcher.WhyNotReopened(job) is { } refusal)
                    OnReopened(retry, asker, dispatcher, refusal);
                else
                    Reopen(retry, asker, dispatcher);
            },
            () => OnReopened(retry, asker, dispatcher, new Reopening(ReopenResult.Unavailable)));
    }

    private void Reopen(IGatewayProtocol.RetryJob retry, IActorRef asker, Dispatcher dispatcher) =>
        Ask(
            _settings.Store.ReopenAsync(dispatcher.Incarnation, new JobId(retry.Key), CancellationToken.None),
            answer => OnReopened(retry, asker, dispatcher, answer),
            answer => new Reply(() => OnReopened(retry, asker, dispatcher, answer)),
            () => new Reply(() =>
            {
                dispatcher.ReopenUnknown(retry.Key);
                asker.Tell(new IGatewayProtocol.DoneAnswer(
                    retry.Ticket, RefusalCode.OutcomeUnknown, "the store failed; look at the job before you ask again"));
            }));

    private void OnReopened(IGatewayProtocol.RetryJob retry, IActorRef asker, Dispatcher dispatcher, Reopening answer)
    {
        dispatcher.Now = Now();
        // Should this incarnation be of the past by now, the present one has read the job back.
        (RefusalCode code, string? detail) = dispatcher.Reopened(retry.Key, answer);
        asker.Tell(new IGatewayProtocol.DoneAnswer(retry.Ticket, code, detail));
    }

    private void OnDrain(IGatewayProtocol.DrainWorker drain, IActorRef asker)
    {
        if (drain.Incarnation != 0)
        {
            // Another router's order, of before this one was there. The worker may not have said hello yet.
            _drained[drain.Worker] = drain.Incarnation;
            DrainAgain(Turn(), drain.Worker, _workers.All.FirstOrDefault(w => w.Name == drain.Worker).Incarnation);
            return;
        }
        long incarnation = Turn().DrainOrdered(drain.Worker, drain.Drain);
        if (incarnation == 0)
        {
            asker.Tell(new IGatewayProtocol.DoneAnswer(drain.Ticket, RefusalCode.NotFound, $"there is no worker '{drain.Worker}'"));
            return;
        }
        if (drain.Drain)
            _drained[drain.Worker] = incarnation;
        else
            _drained.Remove(drain.Worker);
        asker.Tell(new IGatewayProtocol.DoneAnswer(drain.Ticket, RefusalCode.None, null));
    }

    /// <summary>A worker said hello: an order that it be drained still holds for the same process, and not for its successor.</summary>
    private void DrainAgain(Dispatcher dispatcher, string worker, long incarnation)
    {
        if (!_drained.TryGetValue(worker, out long drained))
            return;
        if (drained == incarnation)
            dispatcher.DrainOrdered(worker, drain: true);
        else if (incarnation != 0)
            _drained.Remove(worker);
    }

    /// <summary>What the links tell, with what the cluster and the samples know of the nodes.</summary>
    private WorkerInfo[] Workers()
    {
        WorkerInfo[] workers = Turn().Workers(row => _workers[row] is { } w ? NodeOf(w).ToString() : "");
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
