using System.Reflection;
using ActorBalancer.Cluster.Membership;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Options;
using ActorBalancer.Work;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>The worker of a node, as its options say.</summary>
internal static class NodeWorker
{
    public static WorkerEngine Make(NodeSettings settings, string name, LifePort lifePort, long incarnation)
    {
        WorkerOptions worker = settings.Options.Worker;
        int slots = worker.Slots == 0 ? Environment.ProcessorCount : worker.Slots;
        WorkerIdentity identity = new()
        {
            Incarnation = incarnation,
            Name = name,
            Weight = (int)Math.Round((worker.Weight ?? slots) * 1_000),
            Kinds = settings.Handlers.Kinds,
            LifePort = lifePort.Port,
            Version = typeof(BalancerNode).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
        };
        JobSurroundings around = new()
        {
            WorkerName = name,
            Clock = settings.Clock,
            Json = settings.Json,
            PayloadLimit = settings.Options.Limits.Payload,
            ResultLimit = settings.Options.Limits.Result,
            Transactions = transaction => NodeStore.Transactions(settings.Options, transaction),
        };
        SlotFile? file = SlotFile.Of(settings.Options, slots);
        return new WorkerEngine(worker, identity, settings.Handlers, settings.Services, settings.Logs, around, file);
    }
}
