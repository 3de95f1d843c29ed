namespace ActorBalancer.SystemTests.Campaign.Staging;

/// <summary>What the routers keep their jobs in.</summary>
internal abstract class StageStore : IDisposable
{
    public abstract string Name { get; }

    /// <summary>Environment variables of a router.</summary>
    public abstract IEnumerable<KeyValuePair<string, string>> Settings { get; }

    public abstract void Dispose();
}
