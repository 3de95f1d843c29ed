using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Strategies;

namespace ActorBalancer.Wire;

/// <summary>Why: decisions about jobs, and weights over time. A row may grow at its end.</summary>
internal static class ExplainFormat
{
    private const byte Now = WireFormat.Own;
    private const byte History = 6;

    public static void Write(WireWriter w, IReadOnlyList<JobDecision> decisions)
    {
        w.Count(decisions.Count);
        foreach (JobDecision decision in decisions)
        {
            int row = w.StartRow();
            w.Number(decision.Attempt);
            w.Time(decision.At);
            w.Name(decision.Strategy);
            w.Count((int)decision.Binding);
            w.Count((int)decision.Weights);
            WriteSpan(w, decision.WeightsAge);
            w.Name(decision.Worker);
            w.Text(decision.Why);
            w.Text(decision.Score);
            w.Number(decision.LeftOut);
            w.Count(decision.Candidates.Count);
            foreach (DecisionCandidate candidate in decision.Candidates)
                Write(w, candidate);
            w.End(row);
        }
    }

    public static JobDecision[] ReadDecisions(ref WireFields job)
    {
        int count = job.Count();
        JobDecision[] decisions = count == 0 ? [] : new JobDecision[count];
        for (int i = 0; i < decisions.Length; i++)
        {
            WireFields row = job.Row();
            decisions[i] = new JobDecision
            {
                Attempt = row.Int32(),
                At = row.Time(),
                Strategy = row.Name(),
                Binding = (Binding)row.Choice((int)Binding.Late, "binding"),
                Weights = (WeightSource)row.Choice((int)WeightSource.Learned, "weights"),
                WeightsAge = ReadSpan(ref row),
                Worker = row.NameOrNull(),
                Why = row.Text(),
                Score = row.TextOrNull(),
                LeftOut = row.Int32(),
                Candidates = ReadCandidates(ref row),
            };
        }
        return decisions;
    }

    public static byte[] Write(IGatewayProtocol.GetWeights question)
    {
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(question.Ticket);
        w.Name(question.Queue);
        w.Number(question.Changes);
        w.End(head);
        return w.Finish();
    }

    public static IGatewayProtocol.GetWeights ReadQuestion(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, nameof(IGatewayProtocol.GetWeights), cache);
        WireFields head = r.Fields(WireFormat.Head);
        return new IGatewayProtocol.GetWeights(head.Number(), head.Name(), head.Int32());
    }

    public static byte[] Write(IGatewayProtocol.WeightsAnswer answer)
    {
        QueueWeights weights = answer.Weights;
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(answer.Ticket);
        w.Name(weights.Queue);
        w.Name(weights.Strategy);
        w.Count((int)weights.Source);
        w.End(head);
        int now = w.Start(Now);
        w.Count(weights.Workers.Count);
        foreach (WeightNow worker in weights.Workers)
            Write(w, worker);
        w.End(now);
        int history = w.Start(History);
        w.Count(weights.History.Count);
        foreach (WeightChange change in weights.History)
            Write(w, change);
        w.End(history);
        return w.Finish();
    }

    public static IGatewayProtocol.WeightsAnswer ReadAnswer(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, nameof(IGatewayProtocol.WeightsAnswer), cache);
        WireFields head = r.Fields(WireFormat.Head);
        WireFields now = r.Fields(Now), history = r.Fields(History);
        WeightNow[] workers = new WeightNow[now.Count()];
        for (int i = 0; i < workers.Length; i++)
            workers[i] = ReadNow(ref now);
        WeightChange[] changes = new WeightChange[history.Count()];
        for (int i = 0; i < changes.Length; i++)
            changes[i] = ReadChange(ref history);
        return new IGatewayProtocol.WeightsAnswer(head.Number(), new QueueWeights(
            head.Name(), head.Name(), (WeightSource)head.Choice((int)WeightSource.Learned, "weights"), workers, changes));
    }

    private static void Write(WireWriter w, DecisionCandidate candidate)
    {
        int row = w.StartRow();
        w.Name(candidate.Worker);
        w.Flag(candidate.Score is not null);
        w.Real(candidate.Score ?? 0);
        w.Number(candidate.Load);
        w.Number(candidate.Slots);
        w.Real(candidate.Weight);
        WriteSpan(w, candidate.ViewAge);
        w.Text(candidate.WhyNot);
        w.Names([.. candidate.Notes]);
        w.End(row);
    }

    private static DecisionCandidate[] ReadCandidates(ref WireFields decision)
    {
        int count = decision.Count();
        DecisionCandidate[] candidates = count == 0 ? [] : new DecisionCandidate[count];
        for (int i = 0; i < candidates.Length; i++)
        {
            WireFields row = decision.Row();
            string worker = row.Name();
            bool scored = row.Flag();
            double score = row.Real();
            candidates[i] = new DecisionCandidate
            {
                Worker = worker,
                Score = scored ? score : null,
                Load = row.Int32(),
                Slots = row.Int32(),
                Weight = row.Real(),
                ViewAge = ReadSpan(ref row),
                WhyNot = row.TextOrNull(),
                Notes = row.Names(),
            };
        }
        return candidates;
    }

    private static void Write(WireWriter w, WeightNow worker)
    {
        int row = w.StartRow();
        w.Name(worker.Worker);
        w.Count((int)worker.State);
        w.Name(worker.Kind);
        w.Real(worker.Weight);
        w.Real(worker.SlowStart);
        w.Real(worker.Speed);
        w.Real(worker.Success);
        w.Real(worker.Learned);
        w.Real(worker.Effective);
        w.End(row);
    }

    private static WeightNow ReadNow(ref WireFields rows)
    {
        WireFields row = rows.Row();
        return new WeightNow
        {
            Worker = row.Name(),
            State = (WorkerState)row.Choice((int)WorkerState.Gone, "worker state"),
            Kind = row.NameOrNull(),
            Weight = row.Real(),
            SlowStart = row.Real(),
            Speed = row.Real(),
            Success = row.Real(),
            Learned = row.Real(),
            Effective = row.Real(),
        };
    }

    private static void Write(WireWriter w, WeightChange change)
    {
        int row = w.StartRow();
        w.Time(change.At);
        w.Name(change.Worker);
        w.Name(change.Kind);
        w.Real(change.Weight);
        w.Real(change.SlowStart);
        w.Real(change.Speed);
        w.Real(change.Success);
        w.Real(change.Learned);
        w.Real(change.Effective);
        w.Text(change.Reason);
        w.End(row);
    }

    private static WeightChange ReadChange(ref WireFields rows)
    {
        WireFields row = rows.Row();
        return new WeightChange
        {
            At = row.Time(),
            Worker = row.NameOrNull(),
            Kind = row.NameOrNull(),
            Weight = row.Real(),
            SlowStart = row.Real(),
            Speed = row.Real(),
            Success = row.Real(),
            Learned = row.Real(),
            Effective = row.Real(),
            Reason = row.Text(),
        };
    }

    private static void WriteSpan(WireWriter w, TimeSpan? span)
    {
        w.Flag(span is not null);
        w.Number(span?.Ticks ?? 0);
    }

    private static TimeSpan? ReadSpan(ref WireFields row)
    {
        bool any = row.Flag();
        long ticks = row.Number();
        return any ? TimeSpan.FromTicks(ticks) : null;
    }
}
