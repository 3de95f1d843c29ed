namespace ActorBalancer.Node.Guard;

/// <summary>One run of a program as the guard is told of it. Texts are bytes: Linux has no others.</summary>
internal sealed record GuardCommand
{
    /// <summary>The program's absolute path; the first of <see cref="Arguments"/> is the name it is told.</summary>
    public required byte[] Program { get; init; }

    public required byte[][] Arguments { get; init; }

    /// <summary><c>NAME=VALUE</c> sets a variable above the guard's own ones, <c>NAME</c> alone removes one.</summary>
    public byte[][] Environment { get; init; } = [];

    /// <summary>Null: the worker's.</summary>
    public byte[]? Folder { get; init; }

    /// <summary>Null: an empty one.</summary>
    public byte[]? Input { get; init; }

    /// <summary>Bytes of standard output, and of standard error, after which it is killed.</summary>
    public required int OutputLimit { get; init; }
}
