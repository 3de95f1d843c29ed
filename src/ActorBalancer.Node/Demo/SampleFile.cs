namespace ActorBalancer.Node.Demo;

/// <summary>A file whose SHA-256 is a job's work.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Name">Relative to the folder; also the job's source.</param>
/// <param name="Digest">Of its content when the demo began, in lower-case hexadecimal.</param>
internal sealed record SampleFile(string Path, string Name, string Digest);
