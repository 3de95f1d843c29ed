using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ActorBalancer.Node.Http;

/// <summary>The certificate of the HTTP port, with the intermediate ones behind it.</summary>
internal sealed class ServerCertificate : IDisposable
{
    private readonly X509Certificate2 _own;
    private readonly X509Certificate2Collection _chain;

    private ServerCertificate(X509Certificate2 own, X509Certificate2Collection chain) => (_own, _chain) = (own, chain);

    /// <exception cref="BalancerConfigurationException">A file cannot be read, or the two do not belong together.</exception>
    public static ServerCertificate Load(HttpTlsOptions tls)
    {
        X509Certificate2Collection chain = [];
        string key = "certificate", file = tls.Certificate;
        try
        {
            chain.ImportFromPemFile(file);
            if (chain.Count == 0)
                throw new CryptographicException("there is no certificate in it");
            (key, file) = ("key", tls.Key);
            X509Certificate2 own = X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key);
            chain[0].Dispose();
            chain.RemoveAt(0);
            return new ServerCertificate(own, chain);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            string problem = $"it cannot be used ({e.Message}); name a PEM file, and the key that belongs to the certificate";
            throw new BalancerConfigurationException([new ConfigurationError($"actorbalancer.http.tls.{key}", file, problem)], e);
        }
    }

    public void Use(ListenOptions listen) => listen.UseHttps(https =>
    {
        https.ServerCertificate = _own;
        https.ServerCertificateChain = _chain;
    });

    public void Dispose()
    {
        _own.Dispose();
        foreach (X509Certificate2 issuer in _chain)
            issuer.Dispose();
    }
}
