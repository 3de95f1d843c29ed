using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorBalancer.Hosting;
using ActorBalancer.Options;

namespace ActorBalancer.Cluster.Tls;

/// <summary>
/// Reads the files of <c>remoting.tls</c> and finds out before the start what the other nodes would refuse, all of it at once.
/// </summary>
internal sealed class TlsFiles
{
    private const string Root = "actorbalancer.remoting.tls.";

    private readonly RemotingOptions _remoting;
    private readonly DateTimeOffset _now;
    private readonly List<ConfigurationError> _errors = [];

    private TlsFiles(RemotingOptions remoting, DateTimeOffset now) => (_remoting, _now) = (remoting, now);

    /// <summary>This node's identity; null where TLS is off.</summary>
    /// <exception cref="BalancerConfigurationException">It lists everything that is wrong with the files.</exception>
    public static TlsIdentity? Load(RemotingOptions remoting, TimeProvider clock)
    {
        if (!remoting.Tls.IsOn)
            return null;
        TlsFiles files = new(remoting, clock.GetUtcNow());
        TlsIdentity? identity = files.Read();
        return files._errors.Count == 0 ? identity : throw new BalancerConfigurationException(files._errors);
    }

    private TlsIdentity? Read()
    {
        RemotingTlsOptions tls = _remoting.Tls;
        X509Certificate2Collection certificates = Certificates("certificate", tls.Certificate);
        X509Certificate2Collection trusted = Certificates("ca", tls.Ca);
        string key = KeyText(tls.Key);

        X509Certificate2Collection roots = [.. trusted.Where(IsSelfIssued)];
        X509Certificate2Collection intermediates = [.. trusted.Where(c => !IsSelfIssued(c))];
        CheckRoots(trusted, roots);
        if (certificates.Count == 0)
            return null;
        X509Certificate2 own = certificates[0];
        X509Certificate2Collection sent = [.. certificates.Skip(1)];
        CheckTime("certificate", tls.Certificate, own);
        CheckName(own);
        if (roots.Count > 0)
            CheckChain(own, roots, [.. intermediates, .. sent]);
        if (key.Length == 0 || WithKey(own, key) is not { } whole)
            return null;
        return new TlsIdentity(whole, sent, roots, intermediates);
    }

    private void CheckRoots(X509Certificate2Collection trusted, X509Certificate2Collection roots)
    {
        string file = _remoting.Tls.Ca;
        if (trusted.Count == 0)
            return;
        if (roots.Count == 0)
        {
            Add("ca", file, "holds no self-signed certificate, so nothing ends there; put the CA's root into it, intermediate ones may stand beside it");
            return;
        }
        foreach (X509Certificate2 root in roots)
        {
            CheckTime("ca", file, root);
            if (root.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
                Add("ca", file, "holds a certificate that is no CA's; name the file of the CA that issued the nodes' certificates");
        }
    }

    private void CheckTime(string key, string file, X509Certificate2 certificate)
    {
        DateTimeOffset from = new(certificate.NotBefore), to = new(certificate.NotAfter);
        if (_now > to)
            Add(key, file, $"expired on {Day(to)}; have a new one issued");
        else if (_now < from)
            Add(key, file, $"is not valid before {Day(from)}; set this machine's clock, or have a new one issued");
    }

    private void CheckName(X509Certificate2 own)
    {
        string host = _remoting.Host;
        if (own.MatchesHostname(host, allowWildcards: true, allowCommonName: false))
            return;
        string has = string.Join(", ", Names(own));
        Add("certificate", _remoting.Tls.Certificate,
            $"does not name {host}, the host by which the others reach this node; it names {(has.Length == 0 ? "none" : has)}. "
            + "Have one issued with that name among its subject alternative names, or set actorbalancer.remoting.advertised to a name that it has");
    }

    private void CheckChain(X509Certificate2 own, X509Certificate2Collection roots, X509Certificate2Collection intermediates)
    {
        foreach ((string purpose, string use) in new[] { (TlsIdentity.ServerPurpose, "server"), (TlsIdentity.ClientPurpose, "client") })
        {
            using X509Chain chain = new() { ChainPolicy = TlsIdentity.Policy(roots, intermediates, purpose) };

            // Time has its own message, with the day.
            chain.ChainPolicy.VerificationTime = _now.UtcDateTime;
            chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
            if (chain.Build(own))
                continue;
            bool isUse = chain.ChainStatus.All(s => s.Status is X509ChainStatusFlags.NotValidForUsage or X509ChainStatusFlags.NotTimeValid);
            Add("certificate", _remoting.Tls.Certificate, isUse
                ? $"is not good for a TLS {use}; every node is both, so its extended key usage needs serverAuth and clientAuth"
                : $"would be refused by the others: {PeerCheck.Reasons(chain)}; name the CA that issued it in remoting.tls.ca, and put "
                    + "intermediate certificates behind the node's own");
            if (!isUse)
                return;
        }
    }

    private X509Certificate2? WithKey(X509Certificate2 own, string key)
    {
        try
        {
            X509Certificate2 whole = X509Certificate2.CreateFromPem(own.ExportCertificatePem(), key);

            // Windows takes no key for TLS that lives in memory alone.
            return OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null) : whole;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            Add("key", _remoting.Tls.Key, "is not the private key of remoting.tls.certificate; name the two that were made together");
            return null;
        }
    }

    private X509Certificate2Collection Certificates(string key, string file)
    {
        X509Certificate2Collection found = [];
        if (Text(key, file) is not { } text)
            return found;
        try
        {
            found.ImportFromPem(text);
        }
        catch (CryptographicException)
        {
            Add(key, file, "holds a damaged certificate");
            return [];
        }
        if (found.Count == 0)
            Add(key, file, "holds no certificate in PEM (BEGIN CERTIFICATE); convert it, for example with openssl x509 -inform der");
        return found;
    }

    private string KeyText(string file)
    {
        if (Text("key", file) is not { } text)
            return "";
        if (text.Contains("ENCRYPTED", StringComparison.Ordinal))
            Add("key", file, "is encrypted, and nobody is there to type a password; decrypt it (openssl pkey -in FILE -out KEY) and let only the node's user read it");
        else if (!text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            Add("key", file, "holds no private key in PEM (BEGIN PRIVATE KEY)");
        else
            return text;
        return "";
    }

    private string? Text(string key, string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Add(key, file, $"cannot be read: {e.Message}");
            return null;
        }
    }

    private void Add(string key, string file, string problem) => _errors.Add(new ConfigurationError(Root + key, file, problem));

    private static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static IEnumerable<string> Names(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(a => a.ToString())));

    private static string Day(DateTimeOffset day) => day.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
