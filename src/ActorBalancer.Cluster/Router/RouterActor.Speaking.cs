using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Dispatch;
using ActorBalancer.Storage;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.Event;

namespace ActorBalancer.Cluster.Router;

/// <summary>The router's answers: to gateways, to workers, and to the log.</summary>
internal sealed partial class RouterActor
{
    private const string StoreFailed = "the store could not be read; ask again";

    private void Speak(DispatchEffects effects)
    {
        TellMoved(effects);
        foreach (SubmitAnswer answer in effects.Answers)
            TellAnswer(answer);
        foreach ((int submitter, long ticket, int index, long key) in effects.Watches)
            WatchOne(submitter, ticket, index, key);
        // Before the workers hear that their outcomes are stored: a worker that drains is done then, and its node stops its gateway.
        if (effects.Finished.Count > 0)
            TellFinished(effects.Finished);
        foreach ((int row, AssignBatch batch) in effects.Sends)
            _workers[row]?.Tell(batch);
        foreach (int row in effects.Welcomes)
            _workers[row]?.Tell(Welcome(_workers.IncarnationOf(row)));
        foreach (DispatchNotice notice in effects.Notices)
        {
            Log.Notice(_log, notice);
            Announce(notice);
        }
        foreach (JobStep step in effects.Steps)
        {
            _settings.Board.Events.Add(new BalancerEvent.OfJob(
                new JobId(step.Key), step.Queue, step.Kind, step.State, step.Worker.Length == 0 ? null : step.Worker, step.Reason));
        }
        foreach (long worker in effects.Gone)
            Forget(worker);
    }

    private void TellMoved(DispatchEffects effects)
    {
        foreach ((int submitter, long ticket) in effects.Moved)
        {
            _desk.Remove(submitter, ticket);
            _submitters[submitter]?.Tell(new IGatewayProtocol.Moved(ticket));
        }
    }

    private void TellAnswer(in SubmitAnswer answer)
    {
        _desk.Remove(answer.Submitter, answer.Ticket);
        _submitters[answer.Submitter]?.Tell(
            new IGatewayProtocol.SubmitAnswer(answer.Ticket, answer.Keys, answer.Codes, answer.Detail) { Known = answer.Known });
    }

    private void Announce(in DispatchNotice notice)
    {
        EventFeed events = _settings.Board.Events;
        switch (notice.Kind)
        {
            case NoticeKind.WorkerJoined or NoticeKind.WorkerBack or NoticeKind.WorkerUndrained or NoticeKind.WorkerReturned:
                events.Add(new BalancerEvent.OfWorker(notice.Subject, WorkerState.Up));
                break;
            case NoticeKind.WorkerSilent: events.Add(new BalancerEvent.OfWorker(notice.Subject, WorkerState.Silent)); break;
            case NoticeKind.WorkerEjected: events.Add(new BalancerEvent.OfWorker(notice.Subject, WorkerState.Ejected)); break;
            case NoticeKind.WorkerDraining: events.Add(new BalancerEvent.OfWorker(notice.Subject, WorkerState.Draining)); break;
            case NoticeKind.WorkerLost: events.Add(new BalancerEvent.OfWorker(notice.Subject, WorkerState.Gone)); break;
            case NoticeKind.StoreAway: _settings.Board.IsStoreAway = true; break;
            case NoticeKind.StoreBack: _settings.Board.IsStoreAway = false; break;
            case NoticeKind.QueueChanged when _dispatcher?.Settings(notice.Subject) is { } now:
                events.Add(new BalancerEvent.OfQueue(notice.Subject, notice.Detail!, now.Strategy, now.Binding));
                break;
        }
    }

    /// <summary>
    /// One message a gateway, in the order in which the jobs became final; cut so that large results stay below the frame
    /// limit, since a larger message is dropped without a word. Mostly there is one gateway.
    /// </summary>
    private void TellFinished(List<(int Submitter, FinishedJob Job)> finished)
    {
        int start = 0;
        while (start < finished.Count)
        {
            int submitter = finished[start].Submitter;
            int end = start;
            int bytes = 0;
            do
            {
                bytes += SizeOf(finished[end].Job);
                end++;
            }
            while (end < finished.Count && finished[end].Submitter == submitter && bytes + SizeOf(finished[end].Job) <= _settings.Options.Router.BatchBytes);
            var jobs = new FinishedJob[end - start];
            for (int i = start; i < end; i++)
                jobs[i - start] = finished[i].Job;
            _submitters[submitter]?.Tell(new IGatewayProtocol.JobsFinished(jobs));
            start = end;
        }
    }

    // Characters take up to three bytes, and the numbers of an entry some thirty.
    private static int SizeOf(in FinishedJob job) => job.Result.Length + 3 * (job.Error?.Length ?? 0) + 32;

    private void OnQuestion(IGatewayProtocol question, IActorRef asker, bool isNews = true)
    {
        if (!IsOurs(question, asker, isNews))
            return;
        switch (question)
        {
            case IGatewayProtocol.WatchJobs watch: OnWatch(watch, asker); break;
            case IGatewayProtocol.GetJob get: OnGet(get, asker); break;
            case IGatewayProtocol.ListJobs list: OnList(list, asker); break;
            case IGatewayProtocol.CancelJob cancel: OnCancel(cancel, asker); break;
            case IGatewayProtocol.RetryJob retry: OnRetry(retry, asker); break;
            case IGatewayProtocol.DescribeJobs describe: OnDescribe(describe, asker); break;
            case IGatewayProtocol.DrainWorker drain: OnDrain(drain, asker); break;
            case IGatewayProtocol.SetQueue set:
                (RefusalCode code, string? detail) = Turn().SetQueue(set.Queue, set.Strategy, set.Binding, set.Paused, set.Weights);
                if (code == RefusalCode.None)
                    Promise(asker, set.Ticket);
                else
                    asker.Tell(new IGatewayProtocol.DoneAnswer(set.Ticket, code, detail));
                break;
            case IGatewayProtocol.ListQueues list: asker.Tell(new IGatewayProtocol.QueuesAnswer(list.Ticket, Queues()) { Incarnation = _dispatcher!.Incarnation }); break;
            case IGatewayProtocol.ListWorkers list:
                asker.Tell(new IGatewayProtocol.WorkersAnswer(list.Ticket, Workers()));
                break;
            default: Unhandled(question); break;
        }
    }

    private void OnWatch(IGatewayProtocol.WatchJobs watch, IActorRef asker)
    {
        int submitter = SubmitterOf(asker);
        for (int i = 0; i < watch.Keys.Length; i++)
        {
            // Row i of the batch is another router's to tell of.
            if (watch.Keys[i] >= 0)
                WatchOne(submitter, watch.Ticket, i, watch.Keys[i]);
        }
    }

    private void WatchOne(int submitter, long ticket, int index, long key)
    {
        Dispatcher dispatcher = Turn();
        bool isOurs = dispatcher.IsOurs(key);
        if (_submitters[submitter] is not { } asker || dispatcher.Watch(submitter, ticket, index, key))
            return;
        Look(
            key,
            job =>
            {
                // The store alone has it: the dispatcher tells of its end, unless it is of the past by now.
                bool isOpen = job is not null && !JobTransitions.IsFinal(job.State) && dispatcher.IsOurs(key);
                if (isOpen && ReferenceEquals(dispatcher, _dispatcher))
                {
                    // It became ours while the store was asked, so nobody has written down who waits for it.
                    if (!isOurs)
                        WatchOne(submitter, ticket, index, key);
                    return;
                }
                if (dispatcher.Unwatch(submitter, ticket, index, key))
                {
                    // One that is not final tells the gateway to ask the queue's owner.
                    asker.Tell(new IGatewayProtocol.JobsFinished([Finished(ticket, index, key, job)]));
                }
            },
            () =>
            {
                if (dispatcher.Unwatch(submitter, ticket, index, key))
                    asker.Tell(new IGatewayProtocol.JobsFinished([Away(ticket, index, key)]));
            });
    }

    private static FinishedJob Finished(long ticket, int index, long key, JobInfo? job) => new()
    {
        Ticket = ticket,
        Index = index,
        Key = key,
        Code = job is null ? RefusalCode.NotFound : RefusalCode.None,
        State = job?.State ?? default,
        Reason = job?.Reason ?? default,
        Lost = job?.Attempts.Count(a => a.Outcome == AttemptOutcome.Lost) ?? 0,
        Worker = job?.Worker ?? "",
        Result = job?.Result ?? default,
        Error = job?.Error,
    };

    private static FinishedJob Away(long ticket, int index, long key) =>
        new() { Ticket = ticket, Index = index, Key = key, Code = RefusalCode.StoreUnavailable, Error = StoreFailed, Worker = "" };

    private void OnGet(IGatewayProtocol.GetJob get, IActorRef asker) =>
        Look(get.Key, get.Ticket, asker, job => asker.Tell(new IGatewayProtocol.JobAnswer(get.Ticket, job is null ? null : Trimmed(WithPresent(job)))));

    private JobInfo Trimmed(JobInfo job) => job with { Attempts = NewestAttempts.Within(_settings.Options.Router.BatchBytes, job.Attempts) };

    /// <summary>The store's record with what only the owner knows: that it runs, where, and why it waits.</summary>
    private JobInfo WithPresent(JobInfo job)
    {
        if (JobTransitions.IsFinal(job.State) || _dispatcher is null || Turn().Describe(job.Id.Key) is not { } present)
            return job;
        return With(present, job);
    }

    private static JobInfo With(in PresentJob present, JobInfo job)
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

    private void Look(long key, long ticket, IActorRef asker, Action<JobInfo?> tell) =>
        Look(key, tell, () => asker.Tell(new IGatewayProtocol.DoneAnswer(ticket, RefusalCode.StoreUnavailable, StoreFailed)));

    private void Look(long key, Action<JobInfo?> tell, Action failed) =>
        Ask(
            _settings.Store.GetAsync(new JobId(key), CancellationToken.None),
            tell,
            job => new Reply(() => tell(job)),
            () => new Reply(failed));

    /// <summary>Log messages, each event once.</summary>
    private static class Log
    {
        public static void Registered(ILoggingAdapter log, string node, long incarnation) =>
            log.Info("router {0} registered as incarnation {1}", node, incarnation);

        public static void TakenOver(ILoggingAdapter log, string node, long incarnation) =>
            log.Warning("router {0}, incarnation {1}, is fenced: its queues go to the routers that are left", node, incarnation);

        public static void NeverHeardOf(ILoggingAdapter log, string who) =>
            log.Warning("{0} has not said which jobs it runs; they are given to others", who);

        public static void TwoRouters(ILoggingAdapter log) => log.Warning(
            "two router nodes: each takes over from the other, but if the network parts them, the cluster keeps one side only and ends the other; run one or three");

        public static void Refused(ILoggingAdapter log, string reason) => log.Error("the store refused this router: {0}", reason);

        public static void Fenced(ILoggingAdapter log, string node) =>
            log.Warning("router {0} is fenced: another incarnation took over; registering anew", node);

        public static void TwoProcesses(ILoggingAdapter log, string name, Address older) =>
            log.Warning("two processes named {0}: the older one, at {1}, gets no more jobs; give each worker a name of its own", name, older);

        public static void StoreFailed(ILoggingAdapter log, Exception error)
        {
            // A store that is away has been told of once, and fails many times a second.
            if (error is StoreUnavailableException or AggregateException { InnerException: StoreUnavailableException })
                log.Debug("the store failed: {0}", error.Message);
            else
                log.Error(error, "the store failed");
        }

        public static void Notice(ILoggingAdapter log, in DispatchNotice notice)
        {
            switch (notice.Kind)
            {
                case NoticeKind.WorkerLost: log.Warning("worker {0} is gone ({2}): {1} jobs run elsewhere", notice.Subject, notice.Count, notice.Detail!); break;
                case NoticeKind.WorkerJoined: log.Info("worker {0} joined with {1} slots for {2}", notice.Subject, notice.Count, notice.Detail!); break;
                case NoticeKind.WorkerSilent: log.Warning("worker {0} is silent; {1} jobs of it are kept", notice.Subject, notice.Count); break;
                case NoticeKind.WorkerBack: log.Info("worker {0} is back with {1} jobs", notice.Subject, notice.Count); break;
                case NoticeKind.WorkerEjected: log.Warning("worker {0} is ejected: {1}", notice.Subject, notice.Detail!); break;
                case NoticeKind.WorkerReturned: log.Info("worker {0} gets jobs again, few at first", notice.Subject); break;
                case NoticeKind.WorkerUndrained: log.Info("worker {0} gets jobs again; it has {1}", notice.Subject, notice.Count); break;
                case NoticeKind.WorkerDraining: log.Info("worker {0} drains {1} jobs", notice.Subject, notice.Count); break;
                case NoticeKind.StaleOutcome: log.Warning("an outcome of a stale run at {0} was dropped, {1} so far", notice.Subject, notice.Count); break;
                case NoticeKind.KindUnoffered: log.Warning("{1} jobs in queue {2} wait: no worker offers the kind {0} now", notice.Subject, notice.Count, notice.Detail!); break;
                case NoticeKind.JobPoisoned: log.Error("job {0} is dead: {1} workers died while they ran it", notice.Subject, notice.Count); break;
                case NoticeKind.StoreAway: log.Warning("the store is away; {1} outcomes are kept at {0}", notice.Subject, notice.Count); break;
                case NoticeKind.QueueChanged: log.Info("queue {0}: {1}", notice.Subject, notice.Detail!); break;
                case NoticeKind.StoreBack: log.Info("the store is back at {0}", notice.Subject); break;
            }
        }
    }
}
