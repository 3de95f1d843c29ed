namespace ActorBalancer.Node.Tools;

/// <summary>What <c>config check --json</c> prints.</summary>
/// <param name="Valid">Whether a node would start with it.</param>
/// <param name="Errors">All that is wrong.</param>
internal sealed record ConfigReport(bool Valid, IReadOnlyList<ConfigProblem> Errors);
