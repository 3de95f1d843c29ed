namespace ActorBalancer.Routers;

/// <summary>A member of the cluster, as one node sees it.</summary>
/// <param name="Node">Its address.</param>
/// <param name="IsWorker">It has the role of workers.</param>
/// <param name="IsReachable">The failure detector hears it.</param>
internal readonly record struct KnownNode(string Node, bool IsWorker, bool IsReachable);
