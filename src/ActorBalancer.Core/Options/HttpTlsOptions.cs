namespace ActorBalancer.Options;

/// <summary>The certificate of the HTTP port. Empty: plain HTTP.</summary>
public sealed record HttpTlsOptions
{
    /// <summary>File in PEM: the certificate, and intermediate ones behind it.</summary>
    public required string Certificate { get; init; }

    /// <summary>File in PEM: its private key, not encrypted.</summary>
    public required string Key { get; init; }

    /// <summary>Whether the port speaks TLS.</summary>
    public bool IsOn => Certificate.Length > 0 || Key.Length > 0;
}
