using ActorBalancer.Cluster.Router;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Storage;
using Akka.Cluster;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>Whether a node can do its work now. Looks at nothing that could make the one who asks wait.</summary>
internal static class Ready
{
    public static IReadOnlyList<string> Reasons(Akka.Cluster.Cluster cluster, bool isStopping, RouterBoard? router, IStoreUpkeep? store, WorkerEngine? worker)
    {
        List<string> reasons = [];
        if (isStopping || cluster.IsTerminated)
            reasons.Add("this node is draining or has stopped");
        else if (cluster.SelfMember.Status is not (MemberStatus.Up or MemberStatus.WeaklyUp))
            reasons.Add($"this node is not a member of its cluster: it is {cluster.SelfMember.Status.ToString().ToLowerInvariant()}");
        if (router is { IsRegistered: false })
            reasons.Add("the router has no registration in its store" + Because(store));
        else if (router is { IsStoreAway: true })
            reasons.Add("the store is away" + Because(store));
        if (worker is { IsDrainOrdered: true })
            reasons.Add("the worker is drained by an order; 'worker undrain' ends that");
        else if (worker is { IsUp: false })
            reasons.Add("no router lists this worker as up");
        return reasons;
    }

    private static string Because(IStoreUpkeep? store) => store?.Trouble is { Length: > 0 } trouble ? $": {trouble}" : "";
}
