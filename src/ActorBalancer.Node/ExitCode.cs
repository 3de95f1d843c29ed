namespace ActorBalancer.Node;

/// <summary>What the process ends with; the same for every verb.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A job or a check failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or configuration; the same call will fail again.</summary>
    public const int Usage = 2;

    /// <summary>No cluster could be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>The server answered, and refused.</summary>
    public const int Refused = 4;

    /// <summary>This node was put out of its cluster: start it again.</summary>
    public const int Downed = 75;

    /// <summary>Nobody reads standard output any more, as shells count SIGPIPE.</summary>
    public const int BrokenPipe = 141;

    /// <summary>Ended by SIGINT, as shells count it.</summary>
    public const int Interrupted = 130;
}
