using ActorBalancer.Strategies;

namespace ActorBalancer.Storage;

/// <summary>
/// Which router node takes a queue that has no owner: the first in rendezvous order (highest random weight), so that all nodes that
/// know the same nodes choose alike without a word, and the queues of a dead node spread over those that are left.
/// </summary>
internal static class QueueOwners
{
    /// <summary>The name of the node that takes the queue; null: there is none.</summary>
    public static string? Choose(string queue, IReadOnlyList<string> routers)
    {
        ulong key = SourceHash.Of(queue), best = 0;
        string? chosen = null;
        foreach (string router in routers)
        {
            ulong draw = Rendezvous.HashOf(key, SourceHash.Of(router));
            // Two names with one hash must not depend on the order in which they are given.
            if (chosen is null || draw < best || (draw == best && string.CompareOrdinal(router, chosen) < 0))
                (chosen, best) = (router, draw);
        }
        return chosen;
    }
}
