namespace ActorBalancer.Node.Guard;

/// <summary>What ended a run.</summary>
internal enum CommandEndKind : byte
{
    /// <summary>By itself, with an exit code.</summary>
    Exited,

    /// <summary>A signal, ours or another.</summary>
    Signalled,

    /// <summary>It never began; the code is an error number of the system.</summary>
    NotStarted,

    /// <summary>Killed, because it wrote more to standard output than it may.</summary>
    TooMuchOutput,

    /// <summary>Killed, because it wrote more to standard error than it may.</summary>
    TooMuchError,

    /// <summary>The guard process itself ended, and the command with it.</summary>
    GuardLost,
}
