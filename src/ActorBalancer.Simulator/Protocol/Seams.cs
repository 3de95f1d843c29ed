using ActorBalancer.Options;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>Where a test can break the protocol, to see that it is noticed: what passes here is changed by nobody else.</summary>
internal class Seams
{
    public static Seams None { get; } = new();

    public virtual SharedStore MakeStore(TimeProvider clock, MemoryOptions limits, int maxQueues) => new(clock, limits, maxQueues);

    /// <summary>What routers call instead of the store.</summary>
    public virtual IJobStore Around(IJobStore store) => store;

    /// <summary>What a router reads for the report that has arrived.</summary>
    public virtual WorkerReport Read(RouterNode router, WorkerReport report) => report;

    /// <summary>What a router reads for the hello that has arrived.</summary>
    public virtual WorkerHello Read(RouterNode router, WorkerHello hello) => hello;

    /// <summary>What a router sends for the batch that it wants to send; null: nothing.</summary>
    public virtual AssignBatch? Send(RouterNode router, AssignBatch batch) => batch;

    /// <summary>What a router takes for the rows of an unknown commit that are stored.</summary>
    public virtual bool[][] ReadBack(bool[][] stored) => stored;
}
