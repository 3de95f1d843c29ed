namespace ActorBalancer.Options;

/// <summary>Where our executable answers HTTP. An application that embeds us serves HTTP itself, if at all.</summary>
public sealed record HttpOptions
{
    /// <summary>Off: nothing listens.</summary>
    public required bool Enabled { get; init; }

    /// <summary>The address to listen on: an IP address or a host name.</summary>
    public required string Bind { get; init; }

    /// <summary>The TCP port. 0: any free one.</summary>
    public required int Port { get; init; }

    /// <summary>Names in the Host header that are answered beside loopback names and the address listened on.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>Addresses or networks of proxies whose <c>Forwarded</c> and <c>X-Forwarded-For</c> headers are believed.</summary>
    public required IReadOnlyList<string> Proxies { get; init; }

    /// <summary>Empty: plain HTTP.</summary>
    public required HttpTlsOptions Tls { get; init; }
}
