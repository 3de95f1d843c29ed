using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Http;

/// <summary>Bytes over TCP, where a client library would tidy them up.</summary>
internal static class RawHttp
{
    /// <summary>Sends the text, and reads one answer with all that its Content-Length promises, or to the connection's end.</summary>
    public static async Task<RawAnswer> SendAsync(int port, string text, bool isHead = false)
    {
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), deadline.Token);
        StringBuilder got = new();
        byte[] buffer = new byte[16 << 10];
        while (!RawAnswer.IsWhole(got.ToString(), isHead))
        {
            int n = await stream.ReadAsync(buffer, deadline.Token);
            if (n == 0)
                break;
            got.Append(Encoding.Latin1.GetString(buffer, 0, n));
        }
        return RawAnswer.Parse(got.ToString());
    }
}
