using ActorBalancer.Dispatch;
using ActorBalancer.Intake;

namespace ActorBalancer.Simulator.Protocol;

// What gateways and routers say to each other; workers and routers speak in the machines' own messages. Never changed once sent.

internal sealed record WhoIsThere;

internal sealed record RouterIsHere;

internal sealed record WatchOwners;

internal sealed record OwnersTold(long Incarnation, QueueOwner[] Queues);

internal sealed record SubmitSent(long Ticket, JobBatch Jobs, bool Notify);

internal sealed record SubmitAnswered(long Ticket, SubmitAnswer Answer);

internal sealed record Moved(long Ticket);

internal sealed record JobsEnded(FinishedJob[] Jobs);

internal sealed record WatchSent(long Ticket, long[] Keys);

internal sealed record OrderSent(long Ticket, Order Order);

/// <summary>From router to router: that process of a worker was ordered to drain.</summary>
internal sealed record DrainedTold(string Worker, long Incarnation);

internal sealed record OrderAnswered(long Ticket, RefusalCode Code);

/// <summary>Cancel or retry a job, or change a queue.</summary>
internal sealed class Order : Question
{
    public enum What
    {
        Cancel,
        Retry,
        Queue,
    }

    public required What Kind { get; init; }

    public long Job { get; init; } = -1;

    public string? Name { get; init; }

    public string? Strategy { get; init; }

    public Strategies.Binding? Binding { get; init; }

    public bool? Paused { get; init; }

    public override bool IsRepeatable => Kind != What.Retry;

    public override long? Key => Kind == What.Queue ? null : Job;

    public override string? Queue => Name;

    public override void Refused(RefusalCode code, string detail)
    {
    }

    public override string ToString() => Kind == What.Queue ? $"queue {Name}: {Strategy} {Binding} paused {Paused}" : $"{Kind} {new JobId(Job)}";
}
