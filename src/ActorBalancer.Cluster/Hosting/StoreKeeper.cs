using ActorBalancer.Options;
using ActorBalancer.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>Has a router's store drop finished jobs that were kept for long enough, in slices that leave the commits their turn.</summary>
/// <param name="store">The store.</param>
/// <param name="keep">How long.</param>
/// <param name="isRegistered">Only a router node that is registered looks after its store.</param>
/// <param name="clock">When to look.</param>
/// <param name="log">For what should not happen.</param>
internal sealed class StoreKeeper(IJobStore store, RetentionOptions keep, Func<bool> isRegistered, TimeProvider clock, ILogger log)
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Round = TimeSpan.FromSeconds(30);

    /// <summary>Between two slices of a look.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Retention _keep = new(keep.Succeeded, keep.Dead);

    /// <summary>Goes on until it is told to stop. Never throws.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            bool more = isRegistered() && await PruneAsync(stop) > 0;
            await Task.Delay(more ? Pause : Round, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> PruneAsync(CancellationToken stop)
    {
        try
        {
            return await store.PruneAsync(_keep, stop);
        }
        catch (StoreUnavailableException)
        {
            // The router finds that too, and says so.
        }
        catch (Exception fault) when (!stop.IsCancellationRequested)
        {
            Log.PruneFailed(log, fault);
        }
        catch (Exception)
        {
            // The store went with its node.
        }
        return 0;
    }
}
