using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorBalancer.Node.Certs;

/// <summary>A CA with its key in memory, good enough to try mutual TLS with. ECDSA on P-256 throughout.</summary>
internal sealed class TrialCa : IDisposable
{
    private const int SerialBytes = 16;

    // Clocks of two machines are seldom exactly the same.
    private static readonly TimeSpan Earlier = TimeSpan.FromHours(1);
    private static readonly TimeSpan LifeOfCa = TimeSpan.FromDays(3650);

    private readonly X509Certificate2 _certificate;
    private readonly TimeProvider _clock;

    private TrialCa(X509Certificate2 certificate, TimeProvider clock) => (_certificate, _clock) = (certificate, clock);

    public string CertificatePem => _certificate.ExportCertificatePem();

    public string KeyPem
    {
        get
        {
            using ECDsa key = _certificate.GetECDsaPrivateKey()!;
            return key.ExportPkcs8PrivateKeyPem();
        }
    }

    /// <param name="clock">For the time of issue.</param>
    /// <param name="days">How long the certificates of nodes will last; the CA outlasts them.</param>
    public static TrialCa Create(TimeProvider clock, int days)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        CertificateRequest request = new($"CN=ActorBalancer trial CA {id}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        DateTimeOffset now = clock.GetUtcNow();
        TimeSpan life = TimeSpan.FromDays(Math.Max(LifeOfCa.TotalDays, days));
        return new TrialCa(request.CreateSelfSigned(now - Earlier, now + life), clock);
    }

    /// <exception cref="CryptographicException">The texts are no certificate and key that belong together.</exception>
    public static TrialCa Load(string certificatePem, string keyPem, TimeProvider clock) =>
        new(X509Certificate2.CreateFromPem(certificatePem, keyPem), clock);

    /// <summary>A certificate for one node, good for server and client.</summary>
    /// <param name="host">An IP address or a host name; <c>localhost</c> brings its addresses along.</param>
    /// <param name="days">How long it lasts, at most as long as the CA.</param>
    public (string CertificatePem, string KeyPem) Issue(string host, int days)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={host}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        request.CertificateExtensions.Add(Names(host));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));

        DateTimeOffset now = _clock.GetUtcNow(), from = now - Earlier, to = now + TimeSpan.FromDays(days);
        DateTimeOffset first = new(_certificate.NotBefore), last = new(_certificate.NotAfter);
        byte[] serial = RandomNumberGenerator.GetBytes(SerialBytes);

        // Its first bit is a sign, and a serial number is positive.
        serial[0] &= 0x7f;
        using X509Certificate2 issued = request.Create(_certificate, from < first ? first : from, to > last ? last : to, serial);
        return (issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => _certificate.Dispose();

    private static X509Extension Names(string host)
    {
        SubjectAlternativeNameBuilder names = new();
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            names.AddIpAddress(address);
            return names.Build();
        }
        names.AddDnsName(host);
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            names.AddIpAddress(IPAddress.Loopback);
            names.AddIpAddress(IPAddress.IPv6Loopback);
        }
        return names.Build();
    }
}
