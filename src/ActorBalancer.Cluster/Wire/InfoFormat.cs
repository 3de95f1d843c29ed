using ActorBalancer.Intake;
using ActorBalancer.Strategies;

namespace ActorBalancer.Wire;

/// <summary>What people look at: jobs, queues and workers, a row each. A row may grow at its end.</summary>
internal static class InfoFormat
{
    public delegate T Reader<T>(ref WireFields rows);

    public static void Write(WireWriter w, JobInfo job)
    {
        int row = w.StartRow();
        w.Number(job.Id.Key);
        w.Name(job.Kind);
        w.Name(job.Queue);
        w.Text(job.Source);
        w.Count((int)job.State);
        w.Count((int)job.Reason);
        w.Text(job.Waiting);
        w.Number(job.Attempt);
        w.Name(job.Worker);
        w.Time(job.SubmittedAt);
        w.TimeOrNull(job.StartedAt);
        w.TimeOrNull(job.FinishedAt);
        w.Bytes(job.Result.Span);
        w.Text(job.Error);
        w.Count(job.Attempts.Count);
        foreach (JobAttempt attempt in job.Attempts)
            Write(w, attempt);
        ExplainFormat.Write(w, job.Decisions);
        ProgressFormat.Write(w, job.Progress);
        w.End(row);
    }

    public static JobInfo ReadJob(ref WireFields rows)
    {
        WireFields row = rows.Row();
        return new JobInfo
        {
            Id = new JobId(row.Number()),
            Kind = row.Name(),
            Queue = row.Name(),
            Source = row.Text(),
            State = (JobState)row.Choice((int)JobState.Dead, "job state"),
            Reason = (DeadReason)row.Choice((int)DeadReason.Poisoned, "reason"),
            Waiting = row.TextOrNull(),
            Attempt = row.Int32(),
            Worker = row.NameOrNull(),
            SubmittedAt = row.Time(),
            StartedAt = row.TimeOrNull(),
            FinishedAt = row.TimeOrNull(),
            Result = row.Bytes(),
            Error = row.TextOrNull(),
            Attempts = ReadAttempts(ref row),
            Decisions = ExplainFormat.ReadDecisions(ref row),
            Progress = ProgressFormat.ReadProgress(ref row),
        };
    }

    public static void Write(WireWriter w, QueueInfo queue)
    {
        int row = w.StartRow();
        w.Name(queue.Name);
        w.Flag(queue.Paused);
        w.Name(queue.Strategy);
        w.Count((int)queue.Binding);
        w.Number(queue.Waiting);
        w.Number(queue.Running);
        w.Number(queue.Scheduled);
        w.Number(queue.Dead);
        w.Name(queue.Owner);
        w.Number(queue.Incarnation);
        w.Names(queue.UnofferedKinds);
        w.Count((int)queue.Weights);
        w.End(row);
    }

    public static QueueInfo ReadQueue(ref WireFields rows)
    {
        WireFields row = rows.Row();
        return new QueueInfo(
            row.Name(), row.Flag(), row.Name(), (Binding)row.Choice((int)Binding.Late, "binding"), row.Number(), row.Number(),
            row.Number(), row.Number(), row.Name(), row.Number(), row.Names())
        {
            Weights = (WeightSource)row.Choice((int)WeightSource.Learned, "weights"),
        };
    }

    public static void Write(WireWriter w, QueueOwner queue)
    {
        int row = w.StartRow();
        w.Name(queue.Name);
        w.Number(queue.Number);
        w.Number(queue.Owner);
        w.End(row);
    }

    public static QueueOwner ReadOwner(ref WireFields rows)
    {
        WireFields row = rows.Row();
        return new QueueOwner(row.Name(), row.Int32(), row.Number());
    }

    public static void Write(WireWriter w, WorkerInfo worker)
    {
        int row = w.StartRow();
        w.Name(worker.Name);
        w.Name(worker.Node);
        w.Count((int)worker.State);
        w.Number(worker.Slots);
        w.Number(worker.Running);
        w.Number(worker.InFlight);
        w.Number(worker.Credit);
        w.Real(worker.Weight);
        w.Real(worker.EffectiveWeight);
        w.Number(worker.Finished);
        w.Number(worker.Incarnation);
        w.Name(worker.Version);
        w.Time(worker.UpSince);
        w.Names(worker.Kinds);
        w.Names(worker.Roles);
        w.Real(worker.Speed);
        w.Real(worker.Load.Cpu);
        w.Real(worker.Load.Memory);
        w.Number(worker.Load.MemoryBytes);
        w.Number(worker.Load.Queued);
        w.Text(worker.Ejected);
        w.End(row);
    }

    public static WorkerInfo ReadWorker(ref WireFields rows)
    {
        WireFields row = rows.Row();
        return new WorkerInfo
        {
            Name = row.Name(),
            Node = row.Name(),
            State = (WorkerState)row.Choice((int)WorkerState.Gone, "worker state"),
            Slots = row.Int32(),
            Running = row.Int32(),
            InFlight = row.Int32(),
            Credit = row.Int32(),
            Weight = row.Real(),
            EffectiveWeight = row.Real(),
            Finished = row.Number(),
            Incarnation = row.Number(),
            Version = row.Name(),
            UpSince = row.Time(),
            Kinds = row.Names(),
            Roles = row.Names(),
            Speed = row.Real(),
            Load = new WorkerLoadInfo(row.Real(), row.Real(), row.Number(), row.Int32()),
            Ejected = row.TextOrNull(),
        };
    }

    private static void Write(WireWriter w, JobAttempt attempt)
    {
        int row = w.StartRow();
        w.Number(attempt.Number);
        w.Name(attempt.Worker);
        w.Time(attempt.StartedAt);
        w.TimeOrNull(attempt.FinishedAt);
        w.Count((int)attempt.Outcome);
        w.Text(attempt.Error);
        w.Name(attempt.Why);
        w.End(row);
    }

    private static JobAttempt[] ReadAttempts(ref WireFields job)
    {
        int count = job.Count();
        JobAttempt[] attempts = count == 0 ? [] : new JobAttempt[count];
        for (int i = 0; i < attempts.Length; i++)
        {
            WireFields row = job.Row();
            attempts[i] = new JobAttempt(
                row.Int32(), row.Name(), row.Time(), row.TimeOrNull(),
                (AttemptOutcome)row.Choice((int)AttemptOutcome.Released, "outcome"), row.TextOrNull(), row.NameOrNull());
        }
        return attempts;
    }
}
