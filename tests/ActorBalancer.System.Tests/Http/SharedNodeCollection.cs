namespace ActorBalancer.SystemTests.Http;

[CollectionDefinition(Name)]
public sealed class SharedNodeCollection : ICollectionFixture<SharedNode>
{
    public const string Name = "one HTTP node";
}
