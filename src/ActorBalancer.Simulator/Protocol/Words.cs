using ActorBalancer.Dispatch;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>Messages as lines of the event log.</summary>
internal static class Words
{
    public static string Of(object message) => message switch
    {
        WorkerHello m => $"hello, {m.Slots} slots, holds {Held(m.Held)}{(m.Left.Length > 0 ? $", left {Held(m.Left)}" : "")}{(m.Draining ? ", drains" : "")}",
        WorkerReport m => $"report {m.Number} to {m.RouterIncarnation}: batch {m.BatchSeen}, credit {m.Credit}, outcomes from {m.FirstOutcome} [{string.Join(", ", m.Outcomes.Select(Of))}]"
            + (m.Held is null ? "" : $", holds {Held(m.Held)}"),
        AssignBatch m => $"batch {m.Number} of {m.LastNumber} from {m.RouterIncarnation}: report {m.ReportSeen}, stored {m.OutcomesCommitted}, jobs [{string.Join(", ", m.Jobs.Select(Of))}]"
            + (m.Cancels.Length > 0 ? $", cancels {string.Join(", ", m.Cancels)}" : "") + (m.Drain ? ", drain" : ""),
        RouterWelcome m => $"welcome of {m.RouterIncarnation} to {m.WorkerIncarnation}, owns {string.Join(' ', m.Queues)}",
        OwnersTold m => $"incarnation {m.Incarnation}, owners {string.Join(", ", m.Queues.Select(q => $"{q.Name}: {q.Owner}"))}",
        SubmitSent m => $"submit {m.Ticket}: {m.Jobs.Count} jobs for {string.Join(' ', m.Jobs.Queues)}, {m.Jobs.Rule}",
        SubmitAnswered m => $"answer {m.Ticket}: {Keys(m.Answer.Keys)} {(m.Answer.Codes is null ? "" : string.Join(' ', m.Answer.Codes))}",
        Moved m => $"moved {m.Ticket}",
        JobsEnded m => $"ended {string.Join(", ", m.Jobs.Select(j => $"{j.Ticket}.{j.Index} {Id(j.Key)} {j.State} {(j.Code == RefusalCode.None ? "" : j.Code)}"))}",
        WatchSent m => $"watch {m.Ticket}: {Keys(m.Keys)}",
        OrderSent m => $"order {m.Ticket}: {m.Order}",
        OrderAnswered m => $"order {m.Ticket} done: {m.Code}",
        _ => message.GetType().Name,
    };

    public static string Of(Commit commit) =>
        $"commit of {commit.Incarnation}: inserts {string.Join(", ", commit.Inserts.Select(i => Keys(i.Keys)))}; outcomes "
        + string.Join(", ", commit.Outcomes.Select(o => $"{Id(o.Key)} {o.Attempt} {o.State} {o.Error}")) + $"; posts {commit.Posts.Sum(p => p.Jobs.Count)}";

    public static string Id(long key) => key < 0 ? "-" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{JobKey.Queue(key)}/{JobKey.Priority(key)}/{JobKey.Sequence(key)}");

    private static string Keys(long[] keys) => string.Join(' ', keys.Select(Id));

    private static string Of(FinishedRun run) => $"{Of(run.Token)} {Id(run.Key)} {run.Outcome}";

    private static string Of(AssignedJob job) => $"{job.Slot}:{job.Generation} {Id(job.Key)} attempt {job.Attempt}";

    private static string Of(RunToken token) => $"{token.Incarnation}:{token.Slot}:{token.Generation}";

    private static string Held(HeldRun[] held) => held.Length == 0 ? "nothing" : string.Join(", ", held.Select(h => $"{Of(h.Token)} {Id(h.Key)} attempt {h.Attempt}"));

}
