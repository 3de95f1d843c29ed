namespace ActorBalancer.Node.Tools;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Key">The full path; empty for a file that cannot be read at all.</param>
/// <param name="Value">What was found there; null where the key itself is wrong.</param>
/// <param name="Problem">What is wrong, with what is allowed.</param>
/// <param name="Origin">Where it was written.</param>
internal sealed record ConfigProblem(string Key, string? Value, string Problem, string Origin);
