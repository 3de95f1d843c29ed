namespace ActorBalancer.SystemTests.Tools;

[CollectionDefinition("tools")]
public sealed class ToolsCollection : ICollectionFixture<SharedUp>;
