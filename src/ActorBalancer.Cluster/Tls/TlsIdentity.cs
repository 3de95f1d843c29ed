using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor.Setup;

namespace ActorBalancer.Cluster.Tls;

/// <summary>
/// Who this node is to the others, and whom it believes. Handed to the <see cref="TlsTransport"/> with the ActorSystem's setup,
/// since Akka makes that one itself. Never a session taken up again: every connection is checked in full.
/// </summary>
internal sealed class TlsIdentity : Setup
{
    /// <summary>What a certificate must be good for to accept connections, and to make them; one that says nothing is good for both.</summary>
    public const string ServerPurpose = "1.3.6.1.5.5.7.3.1";
    public const string ClientPurpose = "1.3.6.1.5.5.7.3.2";

    private readonly SslStreamCertificateContext _own;
    private readonly X509Certificate2Collection _roots;
    private readonly X509Certificate2Collection _intermediates;

    /// <param name="own">This node's certificate with its private key.</param>
    /// <param name="sent">Intermediate certificates that go with it.</param>
    /// <param name="roots">The CA, and nobody else.</param>
    /// <param name="intermediates">Intermediate certificates that peers need not send.</param>
    public TlsIdentity(X509Certificate2 own, X509Certificate2Collection sent, X509Certificate2Collection roots, X509Certificate2Collection intermediates)
    {
        _own = SslStreamCertificateContext.Create(own, sent, offline: true);
        _roots = roots;
        _intermediates = intermediates;
    }

    public SslServerAuthenticationOptions Incoming(PeerCheck check) => new()
    {
        ServerCertificateContext = _own,
        ClientCertificateRequired = true,
        CertificateChainPolicy = Policy(_roots, _intermediates, ClientPurpose),
        RemoteCertificateValidationCallback = check.Accepts,
        AllowTlsResume = false,
        AllowRenegotiation = false,
    };

    public SslClientAuthenticationOptions Outgoing(string host, PeerCheck check) => new()
    {
        TargetHost = host,
        ClientCertificateContext = _own,
        CertificateChainPolicy = Policy(_roots, _intermediates, ServerPurpose),
        RemoteCertificateValidationCallback = check.Accepts,
        AllowTlsResume = false,
        AllowRenegotiation = false,
    };

    /// <summary>Trusts <paramref name="roots"/> alone. There are no revocation lists: who shuts a node out makes a new CA.</summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection roots, X509Certificate2Collection intermediates, string purpose)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(roots);
        policy.ExtraStore.AddRange(intermediates);
        policy.ApplicationPolicy.Add(new Oid(purpose));
        return policy;
    }
}
