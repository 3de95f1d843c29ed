namespace ActorBalancer.Node.Guard;

/// <summary>How a run of a program ended.</summary>
/// <param name="How">Which of the others says something.</param>
/// <param name="Code">The exit code, the signal or the error number.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
internal sealed record CommandEnd(CommandEndKind How, int Code, byte[] Output, byte[] Error);
