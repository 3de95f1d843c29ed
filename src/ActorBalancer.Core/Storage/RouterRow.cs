namespace ActorBalancer.Storage;

/// <summary>A registered router node that is not fenced.</summary>
/// <param name="Node">Who it is.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="LeaseLeft">By the store's clock; zero or less: it may be fenced without further evidence.</param>
internal sealed record RouterRow(NodeRow Node, long Incarnation, TimeSpan LeaseLeft);
