using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Http;

public sealed class HttpsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("https-");

    [Fact]
    public async Task Port_speaks_tls_with_the_certificate_of_the_configuration()
    {
        (string certificate, string key, string thumbprint) = Certificate();
        await using CommandRun node = Start(certificate, key);
        using JsonDocument ready = JsonDocument.Parse((await node.FirstLineAsync().WaitAsync(Eventually.Deadline))!);
        Uri address = new(ready.RootElement.GetProperty("http").GetString()!);
        Assert.Equal("https", address.Scheme);
        using SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is X509Certificate2 c && c.Thumbprint == thumbprint,
            },
        };
        using HttpClient client = new(handler) { BaseAddress = address, Timeout = Eventually.Deadline };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz")).StatusCode);
        Assert.Equal(0, (await RawHttp.SendAsync(address.Port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")).Status);
    }

    [Fact]
    public async Task Key_of_another_certificate_is_told_and_the_node_does_not_start()
    {
        (string certificate, _, _) = Certificate();
        (_, string other, _) = Certificate();
        await using CommandRun node = Start(certificate, other);
        Assert.Equal(2, await node.ExitAsync());
        Assert.Contains("actorbalancer.http.tls.key", await node.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_file_that_is_none_is_told_and_the_node_does_not_start()
    {
        (_, string key, _) = Certificate();
        await using CommandRun node = Start(key, key);
        Assert.Equal(2, await node.ExitAsync());
        Assert.Contains("actorbalancer.http.tls.certificate", await node.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static CommandRun Start(string certificate, string key) => CommandRun.Start(
        [new("ACTORBALANCER__HTTP__TLS__CERTIFICATE", certificate), new("ACTORBALANCER__HTTP__TLS__KEY", key)],
        "node", "--role", "router", "--port", "0", "--http-port", "0", "--json");

    private (string Certificate, string Key, string Thumbprint) Certificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        string name = Path.Combine(_folder.FullName, certificate.Thumbprint);
        File.WriteAllText(name + ".crt", certificate.ExportCertificatePem());
        File.WriteAllText(name + ".key", key.ExportPkcs8PrivateKeyPem());
        return (name + ".crt", name + ".key", certificate.Thumbprint);
    }
}
