using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ActorBalancer.SystemTests.Security;

/// <summary>Somebody without a certificate of the cluster's CA, at the remoting port.</summary>
internal static class Stranger
{
    // Beginning of a TLS handshake that says it is 512 bytes long, and then nothing more.
    private static readonly byte[] HalfHello = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc];

    public static string[] Kinds => ["plain akka", "http", "random bytes", "half a hello", "no certificate", "foreign certificate"];

    /// <summary>Says its piece and reads to the end.</summary>
    /// <returns>What the port answered that is no alert of TLS; empty is as it should be.</returns>
    public static async Task<byte[]> KnockAsync(string kind, int port, X509Certificate2 foreign, CancellationToken deadline)
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", port, deadline);
        NetworkStream stream = client.GetStream();
        if (kind is "no certificate" or "foreign certificate")
            return await HandshakeAsync(stream, kind == "foreign certificate" ? foreign : null, port, deadline);
        await stream.WriteAsync(kind switch
        {
            "plain akka" => AkkaWire.Frame(AkkaWire.Associate(port)),
            "http" => "GET /v1/workers HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray(),
            "half a hello" => HalfHello,
            _ => [.. Enumerable.Range(0, 4_096).Select(i => (byte)(i * 2_654_435_761 >> 8))],
        }, deadline);
        if (kind == "half a hello")
            client.Client.Shutdown(SocketShutdown.Send);
        byte[] answer = await ReadToEndAsync(stream, deadline);

        // 21 is an alert record of TLS: a refusal.
        return answer is [21, ..] ? [] : answer;
    }

    private static async Task<byte[]> HandshakeAsync(NetworkStream stream, X509Certificate2? own, int port, CancellationToken deadline)
    {
        using SslStream tls = new(stream);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                ClientCertificates = own is null ? null : [own],
#pragma warning disable CA5359 // An attacker minds no certificate.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            }, deadline);

            // From here on, in TLS 1.3, only the other side knows that it does not want us.
            await tls.WriteAsync(AkkaWire.Frame(AkkaWire.Associate(port)), deadline);
            return await ReadToEndAsync(tls, deadline);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return [];
        }
    }

    private static async Task<byte[]> ReadToEndAsync(Stream stream, CancellationToken deadline)
    {
        using MemoryStream all = new();
        try
        {
            await stream.CopyToAsync(all, deadline);
        }
        catch (IOException)
        {
            // Reset: it did not even wait for the end of what we say.
        }
        return all.ToArray();
    }
}
