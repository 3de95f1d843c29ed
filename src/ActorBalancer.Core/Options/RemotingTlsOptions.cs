namespace ActorBalancer.Options;

/// <summary>Mutual TLS between nodes: each shows a certificate of the one CA and checks the other's, and its host name.</summary>
public sealed record RemotingTlsOptions
{
    /// <summary>File in PEM: this node's certificate, good for server and client, naming the host that the others use.</summary>
    public required string Certificate { get; init; }

    /// <summary>File in PEM: its private key, not encrypted.</summary>
    public required string Key { get; init; }

    /// <summary>File in PEM: the certificate of the only CA that is trusted here; the system's own are not.</summary>
    public required string Ca { get; init; }

    /// <summary>Whether the nodes speak TLS.</summary>
    public bool IsOn => Certificate.Length > 0 || Key.Length > 0 || Ca.Length > 0;
}
