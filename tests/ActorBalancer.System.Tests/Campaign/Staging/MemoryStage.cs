namespace ActorBalancer.SystemTests.Campaign.Staging;

/// <summary>Nothing outlives the router.</summary>
internal sealed class MemoryStage : StageStore
{
    public const string Word = "memory";

    public override string Name => Word;

    public override IEnumerable<KeyValuePair<string, string>> Settings => [new("ACTORBALANCER__STORE", "memory")];

    public override void Dispose()
    {
    }
}
