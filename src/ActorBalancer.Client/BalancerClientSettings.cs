namespace ActorBalancer.Client;

/// <summary>How a <see cref="BalancerClient"/> reaches its node.</summary>
public sealed record BalancerClientSettings
{
    /// <summary>How long to wait for a connection; 5 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait for an answer; 100 s by default, which is more than the longest wait for a result (60 s).</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>File in PEM with the only CA certificates to trust for HTTPS; null: those of the system.</summary>
    public string? CertificateAuthority { get; init; }
}
