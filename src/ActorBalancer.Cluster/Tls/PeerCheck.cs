using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ActorBalancer.Cluster.Tls;

/// <summary>Judges the certificate of one peer, and keeps the reason for a refusal, which TLS itself does not pass on.</summary>
/// <param name="host">The host that was called, without brackets; null for a peer that calls us, whose host nobody can know.</param>
internal sealed class PeerCheck(string? host)
{
    /// <summary>Null: nothing is wrong, so far. Never holds text of the peer's.</summary>
    public string? Refusal { get; private set; }

    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = Judge(certificate as X509Certificate2, chain, errors);
        return Refusal is null;
    }

    private string? Judge(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return "it shows no certificate";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            return $"its certificate is refused: {Reasons(chain)}";

        // The names in the certificate alone: the platform would also take the subject's common name.
        return host is null || certificate.MatchesHostname(host, allowWildcards: true, allowCommonName: false)
            ? null
            : $"its certificate does not name the host {host}";
    }

    /// <summary>What is wrong with a chain, for people.</summary>
    public static string Reasons(X509Chain? chain)
    {
        string[] reasons = [.. (chain?.ChainStatus ?? []).Select(s => Reason(s.Status)).Distinct()];
        return reasons.Length == 0 ? "it cannot be checked" : string.Join(", ", reasons);
    }

    private static string Reason(X509ChainStatusFlags status) => status switch
    {
        X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.NotSignatureValid =>
            "the CA of remoting.tls.ca did not issue it",
        X509ChainStatusFlags.NotTimeValid => "it has expired or is not valid yet",
        X509ChainStatusFlags.NotValidForUsage => "its extended key usage does not allow this use",
        _ => status.ToString(),
    };
}
