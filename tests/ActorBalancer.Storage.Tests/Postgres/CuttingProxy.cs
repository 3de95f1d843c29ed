using System.Net;
using System.Net.Sockets;

namespace ActorBalancer.Storage.Tests.Postgres;

/// <summary>
/// A wire to the server that is cut at a commit: when the client's bytes hold the word, either they still reach the server and no answer comes
/// back, or they do not reach it either.
/// </summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private readonly List<Socket> _sockets = [];

    public CuttingProxy(int server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public enum Cut
    {
        Nothing,

        /// <summary>The server gets it; its answer is lost.</summary>
        Answer,

        /// <summary>The server never gets it.</summary>
        Request,
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public volatile Cut Next;

    public void Dispose()
    {
        _listener.Stop();
        lock (_sockets)
            _sockets.ForEach(socket => socket.Dispose());
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            client.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, _server);
            lock (_sockets)
                _sockets.AddRange([client, server]);
            Wire wire = new();
            _ = CopyAsync(client, server, wire, looks: true);
            _ = CopyAsync(server, client, wire, looks: false);
        }
    }

    private async Task CopyAsync(Socket from, Socket to, Wire wire, bool looks)
    {
        byte[] buffer = new byte[1 << 16];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and int count && !wire.IsCut)
            {
                Cut cut = looks && buffer.AsSpan(0, count).IndexOf("COMMIT\0"u8) >= 0 ? Next : Cut.Nothing;
                if (cut != Cut.Nothing)
                    Next = Cut.Nothing;
                // To the client the connection just ends: without a word to the server, or when its answer comes.
                if (cut == Cut.Request)
                    break;
                wire.IsCut |= cut == Cut.Answer;
                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other direction has ended it.
        }
        from.Dispose();
        to.Dispose();
    }

    private sealed class Wire
    {
        public volatile bool IsCut;
    }
}
