namespace ActorBalancer.Node.Map;

/// <summary>What the command line says of a map.</summary>
internal sealed record MapArguments
{
    /// <summary>The command, each argument in bytes.</summary>
    public required IReadOnlyList<byte[]> Command { get; init; }

    /// <summary>Worker processes of the local cluster.</summary>
    public int Workers { get; init; } = 3;

    /// <summary>Commands that each of them runs at once; null: the cores, shared out.</summary>
    public int? Slots { get; init; }

    /// <summary>The cluster that runs them instead.</summary>
    public Uri? Url { get; init; }

    /// <summary>File with the CA to trust for https; null: those of the system.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>Null: the queue's own.</summary>
    public string? Strategy { get; init; }

    public bool KeepOrder { get; init; }

    /// <summary>What ends an item.</summary>
    public byte Delimiter { get; init; } = (byte)'\n';

    /// <summary>How often a command may fail for one item.</summary>
    public int Attempts { get; init; } = 1;
}
