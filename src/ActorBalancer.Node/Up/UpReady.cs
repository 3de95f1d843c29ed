namespace ActorBalancer.Node.Up;

/// <summary>The first line of <c>up --json</c>.</summary>
/// <param name="Event">Always <c>ready</c>.</param>
/// <param name="Http">The router's HTTP address.</param>
/// <param name="Seed">A member to join, <c>HOST:PORT</c>.</param>
/// <param name="Nodes">The router first.</param>
internal sealed record UpReady(string Event, string Http, string Seed, IReadOnlyList<UpNode> Nodes);
