namespace ActorBalancer.Node.Kinds;

/// <summary>The first line of an <see cref="ExecReport"/>.</summary>
internal sealed record ExecReportHead(int Exit, int Signal, int Stdout, int Stderr);
