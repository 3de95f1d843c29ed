namespace ActorBalancer.Options;

/// <summary>Where a node listens for other nodes, and how they reach it.</summary>
public sealed record RemotingOptions
{
    /// <summary>The address to listen on: an IP address or a host name.</summary>
    public required string Bind { get; init; }

    /// <summary>The address the others use, where it differs (containers, NAT). Empty: the same as <see cref="Bind"/>.</summary>
    public required string Advertised { get; init; }

    /// <summary>The TCP port. 0: any free one.</summary>
    public required int Port { get; init; }

    /// <summary>Empty: the port is plain.</summary>
    public required RemotingTlsOptions Tls { get; init; }

    /// <summary>The host that the others use.</summary>
    public string Host => Advertised.Length > 0 ? Advertised : Bind;
}
