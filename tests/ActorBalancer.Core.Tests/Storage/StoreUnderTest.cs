using ActorBalancer.Storage;

namespace ActorBalancer.Tests.Storage;

/// <summary>An empty store with at most 1,000 queues, and what a contract test must know or do beside it.</summary>
internal abstract class StoreUnderTest : IAsyncDisposable
{
    public abstract IJobStore Store { get; }

    /// <summary>The store's own clock.</summary>
    public abstract long NowUnixMs { get; }

    /// <summary>How many outcomes it dropped as duplicates.</summary>
    public abstract long Duplicates { get; }

    /// <summary>Several router nodes may be registered at once.</summary>
    public virtual bool TakesManyRouters => false;

    /// <summary>How many random histories are compared with the model's.</summary>
    public virtual int ModelRuns => 60;

    /// <summary>How many jobs of a history are compared after each commit; all of them at its end.</summary>
    public virtual int ModelKeys => int.MaxValue;

    /// <summary>How many commits readers watch.</summary>
    public virtual int WatchedCommits => 3000;

    /// <summary>Moves the store's clock on.</summary>
    public abstract void Pass(TimeSpan time);

    public abstract ValueTask DisposeAsync();
}
