using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorBalancer.Cluster.Tests.Tls;

/// <summary>Issues certificates as a test wants them, faults included.</summary>
internal sealed class TestCa
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset End = Start.AddYears(1);

    private const string Server = "1.3.6.1.5.5.7.3.1";
    private const string Client = "1.3.6.1.5.5.7.3.2";

    private TestCa(X509Certificate2 certificate) => Certificate = certificate;

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem();

    public static TestCa Create(string name = "root", bool isCa = true)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request(name, key, isCa);
        return new TestCa(request.CreateSelfSigned(Start, End));
    }

    public TestCa Intermediate(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 issued = Request(name, key, isCa: true).Create(Certificate, Start, End, [3]);
        return new TestCa(issued.CopyWithPrivateKey(key));
    }

    public (string Certificate, string Key) Issue(
        string host = "127.0.0.1", DateTimeOffset? from = null, DateTimeOffset? to = null, bool server = true, bool client = true)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request(host, key, isCa: false);
        OidCollection uses = [];
        if (server)
            uses.Add(new Oid(Server));
        if (client)
            uses.Add(new Oid(Client));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, critical: false));
        SubjectAlternativeNameBuilder names = new();
        if (IPAddress.TryParse(host, out IPAddress? address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 issued = request.Create(Certificate, from ?? Start, to ?? End, [7]);
        return (issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateRequest Request(string name, ECDsa key, bool isCa)
    {
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isCa, false, 0, critical: true));
        return request;
    }
}
