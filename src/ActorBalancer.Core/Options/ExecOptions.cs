namespace ActorBalancer.Options;

/// <summary>What the kind <c>exec</c> may run on a worker.</summary>
public sealed record ExecOptions
{
    /// <summary>Names or absolute paths of programs; <c>*</c> is any. Empty: this worker does not offer the kind.</summary>
    public required IReadOnlyList<string> Allow { get; init; }

    /// <summary>Variables that a payload may set or remove where <see cref="Allow"/> names programs; with <c>*</c> it may any.</summary>
    public required IReadOnlyList<string> Env { get; init; }

    /// <summary>Bytes of standard output, and of standard error, that one run may write.</summary>
    public required int Output { get; init; }
}
