namespace ActorBalancer.Node.Up;

/// <summary>A node in the first line of <c>up --json</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Pid">Its process.</param>
/// <param name="Http">Its HTTP address.</param>
/// <param name="Akka">Its cluster address.</param>
/// <param name="Roles"><c>router</c>, <c>worker</c> or both.</param>
internal sealed record UpNode(string Name, int Pid, string? Http, string Akka, IReadOnlyList<string> Roles);
