using Microsoft.Extensions.Logging;

namespace ActorBalancer.Cluster.Hosting;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The {Actor} actor did not answer {Message} in time; the node stops without it")]
    public static partial void NotInTime(ILogger log, string actor, string message);

    [LoggerMessage(2, LogLevel.Warning, "{Key} is shorter than worker.drain: running jobs are handed back after {Drain}")]
    public static partial void DrainCut(ILogger log, string key, TimeSpan drain);

    [LoggerMessage(3, LogLevel.Error, "OnStopped threw; the node {Node} stops all the same")]
    public static partial void OnStoppedThrew(ILogger log, Exception fault, string node);

    [LoggerMessage(6, LogLevel.Warning, "Handlers that block their threads could starve the cluster's heartbeats: the thread pool begins with fewer than {Floor} threads; "
        + "add <ThreadPoolMinThreads>{Floor}</ThreadPoolMinThreads> to the application's project")]
    public static partial void FewThreads(ILogger log, int floor);

    [LoggerMessage(5, LogLevel.Error, "Finished jobs that were kept for long enough could not be dropped")]
    public static partial void PruneFailed(ILogger log, Exception fault);

    [LoggerMessage(4, LogLevel.Warning, "The store is away, and this node waits for it: {Reason}")]
    public static partial void StoreAway(ILogger log, string reason);
}
