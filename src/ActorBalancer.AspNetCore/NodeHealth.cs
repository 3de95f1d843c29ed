using ActorBalancer.Cluster.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorBalancer.AspNetCore;

/// <summary>The health of the application's node.</summary>
internal sealed class NodeHealth(HostedNode hosted) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check(context.Registration.FailureStatus));

    private HealthCheckResult Check(HealthStatus failed)
    {
        if (hosted.Node is not { } node)
            return HealthCheckResult.Degraded("The node has not started.");
        if (node.Stopped.IsCompletedSuccessfully)
        {
            BalancerStopped stopped = node.Stopped.Result;
            string what = stopped.NeedsRestart ? "restart this process" : "a restart alone would meet the same again";
            return new(failed, $"{stopped.Node} stopped: {stopped.Reason}; {what}.");
        }
        if (node.System.WhenTerminated.IsCompleted)
            return new(failed, "The actor system has ended: restart this process.");
        IReadOnlyList<string> reasons = hosted.IsStopping ? ["the application is stopping"] : node.Readiness;
        return reasons.Count == 0
            ? HealthCheckResult.Healthy($"{node.Name} is ready.")
            : HealthCheckResult.Degraded($"{node.Name} is not ready: {string.Join("; ", reasons)}.");
    }
}
