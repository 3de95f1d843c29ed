namespace ActorBalancer.Node.Tools;

/// <summary>A line of <c>config show</c>.</summary>
/// <param name="Key">Its full path.</param>
/// <param name="Value">As it was written; a secret never.</param>
/// <param name="Origin">File and line, environment variable, or <c>default</c>.</param>
internal sealed record ConfigEntry(string Key, string Value, string Origin);
