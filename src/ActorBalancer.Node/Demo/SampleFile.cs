using ActorBalancer.Intake;

namespace ActorBalancer.Node.Demo;

/// <summary>A file whose SHA-256 is a job's work.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Name">Relative to the folder.</param>
/// <param name="Digest">Of its content when the demo began, in lower-case hexadecimal.</param>
internal sealed record SampleFile(string Path, string Name, string Digest)
{
    /// <summary>The name where it can be a job's source, else the digest: a file's name may be longer, and have line breaks in it.</summary>
    public string Source => Name.Length <= JobRequestValidator.MaxSourceLength && !Name.Any(char.IsControl) ? Name : Digest;
}
