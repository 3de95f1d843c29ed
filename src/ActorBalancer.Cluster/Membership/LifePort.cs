using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorBalancer.Cluster.Membership;

/// <summary>
/// Tells whether this process lives. A listener that is opened before anything else in the process, never closed by code once a node has started,
/// and answers every connection with one line, the process's incarnations. Only the system closes it, and only when the
/// process ends, so a refused connection tells a crash from a partition within milliseconds; the failure detector takes
/// seconds.
/// </summary>
/// <remarks>
/// It runs on a thread of its own with blocking calls: a starved thread pool must not look like a death. It never reads
/// and never waits for a stranger: the line fits into the socket's send buffer, then the connection is closed, so that
/// slow or many strangers can delay an answer but not forge one.
/// </remarks>
internal sealed class LifePort
{
    private const string Greeting = "actorbalancer";

    // A process takes a new incarnation only when it was fenced as a router; the newest are kept so that the line stays short.
    private const int MaxIncarnations = 32;
    private const int MaxLine = 1_024;
    private const int Backlog = 512;

    private readonly Socket _listener;
    private readonly Lock _gate = new();
    private readonly List<long> _incarnations = [];
    private volatile byte[] _line = [];
    private volatile bool _isClosed;

    private LifePort(Socket listener)
    {
        _listener = listener;
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    /// <summary>The free port that the system chose.</summary>
    public int Port { get; }

    /// <param name="bind">The address to listen on, the same that remoting binds: an IP address or a host name.</param>
    /// <param name="incarnation">This process's incarnation.</param>
    /// <exception cref="SocketException">The address is not this machine's.</exception>
    public static LifePort Open(string bind, long incarnation)
    {
        IPAddress address = IPAddress.TryParse(bind, out IPAddress? parsed) ? parsed : Dns.GetHostAddresses(bind)[0];
        Socket listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen(Backlog);

        LifePort port = new(listener);
        port.AddIncarnation(incarnation);
        new Thread(port.Answer) { IsBackground = true, Name = "actorbalancer-life" }.Start();
        return port;
    }

    /// <summary>
    /// This process is also known by another incarnation (a router gets its own from the store); call it before any peer
    /// learns of that one, else the peer takes this process for a later one.
    /// </summary>
    public void AddIncarnation(long incarnation)
    {
        lock (_gate)
        {
            if (_incarnations.Contains(incarnation)) return;
            if (_incarnations.Count == MaxIncarnations) _incarnations.RemoveAt(0);
            _incarnations.Add(incarnation);
            _line = Encoding.ASCII.GetBytes($"{Greeting} {string.Join(' ', _incarnations)}\n");
        }
    }

    /// <summary>Only for a node that could not start, which no peer has heard of.</summary>
    public void Close()
    {
        _isClosed = true;
        _listener.Dispose();
    }

    /// <summary>
    /// Asks the life port at <paramref name="host"/> for <paramref name="incarnation"/>. Where the name has several
    /// addresses, the process counts as gone only if every one of them says so.
    /// </summary>
    public static async Task<LifeAnswer> Probe(string host, int port, long incarnation, TimeSpan timeout)
    {
        using CancellationTokenSource deadline = new(timeout);
        try
        {
            IPAddress[] addresses = IPAddress.TryParse(host, out IPAddress? parsed)
                ? [parsed]
                : await Dns.GetHostAddressesAsync(host, deadline.Token);
            LifeAnswer worst = new(LifeState.Silent, "the host has no address");
            for (int i = 0; i < addresses.Length; i++)
            {
                LifeAnswer answer = await ProbeOne(addresses[i], port, incarnation, deadline.Token);
                if (answer.State is LifeState.Alive) return answer;
                if (i == 0 || answer.State is LifeState.Silent) worst = answer;
            }

            return worst;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return Silent(e);
        }
    }

    private static async Task<LifeAnswer> ProbeOne(IPAddress address, int port, long incarnation, CancellationToken deadline)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), deadline);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused)
        {
            return new LifeAnswer(LifeState.Refused, "connection refused");
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return Silent(e);
        }

        try
        {
            return Judge(await ReadLine(socket, deadline), incarnation);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // A reset while reading is a process that ends just now, or a full queue: the next probe tells which.
            return Silent(e);
        }
    }

    private static async Task<string> ReadLine(Socket socket, CancellationToken deadline)
    {
        byte[] buffer = new byte[MaxLine];
        int length = 0;
        while (length < buffer.Length)
        {
            int read = await socket.ReceiveAsync(buffer.AsMemory(length), deadline);
            if (read == 0) break;
            length += read;
            if (buffer[length - 1] == (byte)'\n') break;
        }

        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    private static LifeAnswer Judge(string line, long incarnation)
    {
        string[] words = line.EndsWith('\n') ? line.TrimEnd('\n').Split(' ') : [];
        if (words.Length < 2 || words[0] != Greeting) return new LifeAnswer(LifeState.Silent, "no answer of a life port");
        string wanted = incarnation.ToString(CultureInfo.InvariantCulture);
        return words.AsSpan(1).Contains(wanted)
            ? new LifeAnswer(LifeState.Alive, "answered")
            : new LifeAnswer(LifeState.Replaced, "answered incarnation " + words[^1]);
    }

    private static LifeAnswer Silent(Exception e) =>
        new(LifeState.Silent, e is SocketException socket ? socket.SocketErrorCode.ToString() : "no answer in time");

    private void Answer()
    {
        while (!_isClosed)
        {
            try
            {
                using Socket stranger = _listener.Accept();
                Greet(stranger);
            }
            catch (Exception e) when (_isClosed && e is SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // No file descriptor is left. The pause keeps the loop from burning a processor until there is one.
                Thread.CurrentThread.Join(TimeSpan.FromMilliseconds(5));
            }
        }
    }

    private void Greet(Socket stranger)
    {
        try
        {
            stranger.Blocking = false;
            stranger.Send(_line);
            stranger.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It hung up already.
        }
    }
}
