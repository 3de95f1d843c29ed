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
    private void Speak(DispatchEffects effects)
    {
        foreach (SubmitAnswer answer in effects.Answers)
            _submitters[answer.Submitter]?.Tell(new IGatewayProtocol.SubmitAnswer(answer.Ticket, answer.Keys, answer.Codes, answer.Detail));
        foreach ((int row, AssignBatch batch) in effects.Sends)
            _workers[row]?.Tell(batch);
        if (effects.Finished.Count > 0)
            TellFinished(effects.Finished);
        foreach (DispatchNotice notice in effects.Notices)
            Log.Notice(_log, notice);
        foreach (long worker in effects.Gone)
            Forget(worker);
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

    private void OnQuestion(IGatewayProtocol question, IActorRef asker)
    {
        switch (question)
        {
            case IGatewayProtocol.WatchJobs watch: OnWatch(watch, asker); break;
            case IGatewayProtocol.GetJob get: OnGet(get, asker); break;
            case IGatewayProtocol.ListJobs list: OnList(list, asker); break;
            case IGatewayProtocol.CancelJob cancel: OnCancel(cancel, asker); break;
            case IGatewayProtocol.SetQueue set:
                (RefusalCode code, string? detail) = Turn().SetQueue(set.Queue, set.Strategy, set.Binding, set.Paused);
                asker.Tell(new IGatewayProtocol.DoneAnswer(set.Ticket, code, detail));
                break;
            case IGatewayProtocol.ListQueues list: asker.Tell(new IGatewayProtocol.QueuesAnswer(list.Ticket, Turn().Queues())); break;
            case IGatewayProtocol.ListWorkers list:
                asker.Tell(new IGatewayProtocol.WorkersAnswer(list.Ticket, Turn().Workers(row => _workers[row] is { } w ? NodeOf(w).ToString() : "")));
                break;
            default: Unhandled(question); break;
        }
    }

    private void OnWatch(IGatewayProtocol.WatchJobs watch, IActorRef asker)
    {
        int submitter = SubmitterOf(asker);
        Dispatcher dispatcher = Turn();
        for (int i = 0; i < watch.Keys.Length; i++)
        {
            int index = i;
            long key = watch.Keys[i];
            if (!dispatcher.Watch(submitter, watch.Ticket, index, key))
            {
                Look(key, job => asker.Tell(new IGatewayProtocol.JobsFinished([Finished(watch.Ticket, index, key, job)])));
            }
        }
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

    private void OnGet(IGatewayProtocol.GetJob get, IActorRef asker) =>
        Look(get.Key, job => asker.Tell(new IGatewayProtocol.JobAnswer(get.Ticket, job is null ? null : Trimmed(WithPresent(job)))));

    private JobInfo Trimmed(JobInfo job) => job with { Attempts = NewestAttempts.Within(_settings.Options.Router.BatchBytes, job.Attempts) };

    private void OnList(IGatewayProtocol.ListJobs list, IActorRef asker) =>
        Ask(
            _settings.Store.ListAsync(list.Query, CancellationToken.None),
            jobs => asker.Tell(new IGatewayProtocol.JobsAnswer(list.Ticket, Page(jobs))),
            jobs => new Reply(() => asker.Tell(new IGatewayProtocol.JobsAnswer(list.Ticket, Page(jobs)))),
            () => new Reply(() => asker.Tell(new IGatewayProtocol.JobsAnswer(list.Ticket, []))));

    /// <summary>Without results and attempts, which a list does not show; shorter than asked for when it would outgrow a message.</summary>
    private JobInfo[] Page(IReadOnlyList<JobInfo> jobs)
    {
        var page = new List<JobInfo>(jobs.Count);
        int bytes = 0;
        foreach (JobInfo job in jobs)
        {
            bytes += 200 + 3 * (job.Kind.Length + job.Queue.Length + job.Source.Length + (job.Error?.Length ?? 0));
            if (page.Count > 0 && bytes > 4 * _settings.Options.Router.BatchBytes)
                break;
            page.Add(WithPresent(job) with { Result = default, Attempts = [] });
        }
        return [.. page];
    }

    /// <summary>The store's record with what only the owner knows: that it runs, where, and why it waits.</summary>
    private JobInfo WithPresent(JobInfo job)
    {
        if (JobTransitions.IsFinal(job.State) || Turn().Describe(job.Id.Key) is not { } present)
            return job;
        if (present.State != JobState.Running || present.Worker is null)
            return job with { State = present.State, Waiting = present.Waiting };
        DateTimeOffset sent = DateTimeOffset.FromUnixTimeMilliseconds(present.SentUnixMs);
        return job with
        {
            State = JobState.Running,
            Attempt = present.Attempt,
            Worker = present.Worker,
            StartedAt = sent,
            Attempts = [.. job.Attempts, new JobAttempt(present.Attempt, present.Worker, sent, null, AttemptOutcome.None, null, null)],
        };
    }

    private void OnCancel(IGatewayProtocol.CancelJob cancel, IActorRef asker)
    {
        if (Turn().Cancel(cancel.Key))
        {
            asker.Tell(new IGatewayProtocol.DoneAnswer(cancel.Ticket, RefusalCode.None, null));
            return;
        }
        Look(cancel.Key, job => asker.Tell(job switch
        {
            null => new IGatewayProtocol.DoneAnswer(cancel.Ticket, RefusalCode.NotFound, $"there is no job {new JobId(cancel.Key)}"),
            _ when JobTransitions.IsFinal(job.State) => new IGatewayProtocol.DoneAnswer(
                cancel.Ticket, RefusalCode.Conflict, $"job {job.Id} is {job.State.ToString().ToLowerInvariant()} already"),
            // Its cancel by somebody else is on the way to the store.
            _ => new IGatewayProtocol.DoneAnswer(cancel.Ticket, RefusalCode.None, null),
        }));
    }

    private void Look(long key, Action<JobInfo?> tell) =>
        Ask(
            _settings.Store.GetAsync(new JobId(key), CancellationToken.None),
            tell,
            job => new Reply(() => tell(job)),
            () => new Reply(() => tell(null)));

    /// <summary>Log messages, each event once.</summary>
    private static class Log
    {
        public static void Registered(ILoggingAdapter log, string node, long incarnation) =>
            log.Info("router {0} registered as incarnation {1}", node, incarnation);

        public static void Refused(ILoggingAdapter log, string reason) => log.Error("the store refused this router: {0}", reason);

        public static void Fenced(ILoggingAdapter log, string node) =>
            log.Warning("router {0} is fenced: another incarnation took over; registering anew", node);

        public static void TwoProcesses(ILoggingAdapter log, string name, Address older) =>
            log.Warning("two processes named {0}: the older one, at {1}, gets no more jobs; give each worker a name of its own", name, older);

        public static void StoreFailed(ILoggingAdapter log, Exception error) => log.Error(error, "the store failed");

        public static void Notice(ILoggingAdapter log, in DispatchNotice notice)
        {
            switch (notice.Kind)
            {
                case NoticeKind.WorkerLost: log.Warning("worker {0} is gone ({2}): {1} jobs run elsewhere", notice.Subject, notice.Count, notice.Detail!); break;
                case NoticeKind.WorkerJoined: log.Info("worker {0} joined with {1} slots for {2}", notice.Subject, notice.Count, notice.Detail!); break;
                case NoticeKind.WorkerSilent: log.Warning("worker {0} is silent; {1} jobs of it are kept", notice.Subject, notice.Count); break;
                case NoticeKind.WorkerBack: log.Info("worker {0} is back with {1} jobs", notice.Subject, notice.Count); break;
                case NoticeKind.WorkerDraining: log.Info("worker {0} drains {1} jobs", notice.Subject, notice.Count); break;
                case NoticeKind.StaleOutcome: log.Warning("an outcome of a stale run at {0} was dropped, {1} so far", notice.Subject, notice.Count); break;
                case NoticeKind.KindUnoffered: log.Warning("{1} jobs in queue {2} wait: no worker offers the kind {0} now", notice.Subject, notice.Count, notice.Detail!); break;
                case NoticeKind.JobPoisoned: log.Error("job {0} is dead: {1} workers died while they ran it", notice.Subject, notice.Count); break;
                case NoticeKind.StoreAway: log.Warning("the store is away; {1} outcomes are kept at {0}", notice.Subject, notice.Count); break;
                case NoticeKind.StoreBack: log.Info("the store is back at {0}", notice.Subject); break;
            }
        }
    }
}
