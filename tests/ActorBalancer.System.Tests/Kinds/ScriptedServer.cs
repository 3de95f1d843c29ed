using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorBalancer.SystemTests.Kinds;

/// <summary>Answers each request on the loopback with the same bytes, and keeps what it was sent.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private readonly string _answer;

    public ScriptedServer(string answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<string> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            NetworkStream stream = client.GetStream();
            byte[] buffer = new byte[1 << 16];
            int length = 0, count;
            while (!IsWhole(Encoding.Latin1.GetString(buffer, 0, length)) && (count = await stream.ReadAsync(buffer.AsMemory(length), _stop.Token)) > 0)
                length += count;
            Requests.Enqueue(Encoding.Latin1.GetString(buffer, 0, length));
            await stream.WriteAsync(Encoding.Latin1.GetBytes(_answer), _stop.Token);
        }
    }

    private static bool IsWhole(string request)
    {
        int head = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (head < 0)
            return false;
        const string Length = "Content-Length: ";
        int at = request.IndexOf(Length, StringComparison.Ordinal);
        int body = at < 0 ? 0 : int.Parse(request[(at + Length.Length)..request.IndexOf('\r', at)], System.Globalization.CultureInfo.InvariantCulture);
        return request.Length >= head + 4 + body;
    }
}
