using ActorBalancer.AspNetCore.Reading;

namespace ActorBalancer.AspNetCore.Workers;

/// <summary>A worker as the router of this node sees it.</summary>
/// <param name="Name">Its node's name.</param>
/// <param name="Node">Its cluster address.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Roles">The roles of its node, by their full names.</param>
/// <param name="Kinds">What it offers.</param>
/// <param name="Slots">Jobs that it runs at once.</param>
/// <param name="Running">Jobs in its slots.</param>
/// <param name="InFlight">Jobs that this router has sent and has no outcome of.</param>
/// <param name="Credit">Jobs that this router may send now.</param>
/// <param name="Weight">The configured one.</param>
/// <param name="EffectiveWeight">What the strategies use now.</param>
/// <param name="Speed">1 until it is learned.</param>
/// <param name="Load">How busy its node is.</param>
/// <param name="Finished">Jobs of this router that finished there.</param>
/// <param name="Incarnation">Its process's.</param>
/// <param name="Version">Its program's.</param>
/// <param name="UpSince">When its process started.</param>
/// <param name="Ejected">Why it is ejected and for how long, or null.</param>
internal sealed record WorkerView(
    string Name, string Node, string State, IReadOnlyList<string> Roles, IReadOnlyList<string> Kinds, int Slots, int Running, int InFlight, int Credit,
    double Weight, double EffectiveWeight, double Speed, LoadView Load, long Finished, long Incarnation, string Version, string UpSince, string? Ejected)
{
    public static WorkerView Of(WorkerInfo worker) => new(
        worker.Name, worker.Node, Words.Of(worker.State), worker.Roles, worker.Kinds, worker.Slots, worker.Running, worker.InFlight, worker.Credit,
        worker.Weight, worker.EffectiveWeight, worker.Speed, new LoadView(worker.Load.Cpu, worker.Load.Memory, worker.Load.MemoryBytes, worker.Load.Queued),
        worker.Finished, worker.Incarnation, worker.Version, Rfc3339.Format(worker.UpSince), worker.Ejected);
}
