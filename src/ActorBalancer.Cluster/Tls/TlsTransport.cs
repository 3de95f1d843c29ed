using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote.Transport;

namespace ActorBalancer.Cluster.Tls;

/// <summary>
/// Akka remoting over mutual TLS, with the framing and the addresses (<c>akka.ssl.tcp://</c>) of Akka.NET's own transport. Not
/// that one, since it ends the whole ActorSystem when the handshake of an outgoing connection fails: whoever takes the port
/// of a node that died, or cuts a link at the right moment, could stop the router. Here it is one failed attempt.
/// </summary>
#pragma warning disable CA1001 // Akka disposes of no transport: Shutdown ends it.
internal sealed class TlsTransport : Transport
#pragma warning restore CA1001
{
    /// <summary>Below Akka's own limit of 15 s for a connection to become usable.</summary>
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    // One costs some 40 KiB until it is decided. A cluster that starts at once has as many as it has nodes.
    private const int MostPending = 256;

    private readonly TlsIdentity _identity;
    private readonly ILoggingAdapter _log;
    private readonly RefusalLog _refusals;
    private readonly PendingHandshakes _pending = new(MostPending, HandshakeTime);
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<TlsConnection> _open = new(ReferenceEqualityComparer.Instance);
    private Socket? _listener;
    private Address? _local;

    /// <summary>As Akka calls it.</summary>
    public TlsTransport(ActorSystem system, Config config)
    {
        System = system;
        Config = config;
        SchemeIdentifier = "ssl.tcp";
        MaximumPayloadBytes = config.GetByteSize("maximum-frame-size") ?? 128_000;
        _identity = system.Settings.Setup.Get<TlsIdentity>().Value;
        _log = Logging.GetLogger(system, typeof(TlsTransport));
        _refusals = new RefusalLog(_log, TimeProvider.System);
    }

    public override bool IsResponsibleFor(Address remote) => true;

    public override Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        string bind = Config.GetString("hostname");
        IPAddress address = IPAddress.TryParse(bind, out IPAddress? parsed) ? parsed : Dns.GetHostAddresses(bind)[0];
        Socket listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.Equals(IPAddress.IPv6Any))
            listener.DualMode = true;
        listener.Bind(new IPEndPoint(address, Config.GetInt("port")));
        listener.Listen(Config.GetInt("backlog", 4096));
        _listener = listener;

        int port = Config.GetInt("public-port") is var set and > 0 ? set : ((IPEndPoint)listener.LocalEndPoint!).Port;
        _local = At(Config.GetString("public-hostname") is { Length: > 0 } name ? name : address.ToString(), port);
        TaskCompletionSource<IAssociationEventListener> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = AcceptAsync(listener, ready.Task);
        return Task.FromResult((_local, ready));
    }

    public override async Task<AssociationHandle> Associate(Address remoteAddress)
    {
        string host = remoteAddress.Host.Trim('[', ']');
        PeerCheck check = new(host);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(HandshakeTime);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        SslStream? stream = null;
        try
        {
            await socket.ConnectAsync(host, remoteAddress.Port!.Value, limit.Token);
            stream = Stream(socket);
            await stream.AuthenticateAsClientAsync(_identity.Outgoing(host, check), limit.Token);
            return Keep(remoteAddress, socket, stream);
        }
        catch (Exception fault)
        {
            stream?.Dispose();
            socket.Dispose();

            // Without the fault itself: Akka logs what it gets, and a stack trace for each node that is down hides the rest.
            throw new InvalidAssociationException($"No connection to {remoteAddress}: {check.Refusal ?? Reason(fault)}");
        }
    }

    public override async Task<bool> Shutdown()
    {
        await _stop.CancelAsync();
        _listener?.Dispose();
        foreach (TlsConnection connection in Left())
            connection.End();
        for (long began = TimeProvider.System.GetTimestamp(); Left().Length > 0 && TimeProvider.System.GetElapsedTime(began) < LastWords;)
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        foreach (TlsConnection connection in Left())
            connection.Abort();
        return true;
    }

    private async Task AcceptAsync(Socket listener, Task<IAssociationEventListener> ready)
    {
        try
        {
            IAssociationEventListener associations = await ready.WaitAsync(_stop.Token);
            while (true)
            {
                try
                {
                    _ = ReceiveAsync(await listener.AcceptAsync(_stop.Token), associations);
                }
                catch (SocketException)
                {
                    // It hung up before it was accepted, or no file descriptor is left: the pause lets there be one.
                    await Task.Delay(TimeSpan.FromMilliseconds(5), _stop.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The node stops.
        }
    }

    private async Task ReceiveAsync(Socket socket, IAssociationEventListener associations)
    {
        PeerCheck check = new(host: null);
        using CancellationTokenSource limit = _pending.Enter(_stop.Token);
        string peer = "";
        SslStream? stream = null;
        try
        {
            IPEndPoint from = (IPEndPoint)socket.RemoteEndPoint!;
            peer = from.ToString();
            stream = Stream(socket);
            await stream.AuthenticateAsServerAsync(_identity.Incoming(check), limit.Token);
            associations.Notify(new InboundAssociation(Keep(At(from.Address.ToString(), from.Port), socket, stream)));
        }
        catch (Exception fault)
        {
            stream?.Dispose();
            socket.Dispose();

            // Who connects and hangs up is a probe of the port, and no news.
            if (check.Refusal is not null || fault is not (IOException or SocketException))
                _refusals.Add(peer, check.Refusal ?? Reason(fault));
        }
        finally
        {
            _pending.Leave(limit);
        }
    }

    private TlsConnection Keep(Address remote, Socket socket, SslStream stream)
    {
        TlsConnection connection = new(_local!, remote, socket, stream, (int)MaximumPayloadBytes, Forget, _log);
        lock (_open)
            _open.Add(connection);
        return connection;
    }

    private void Forget(TlsConnection connection)
    {
        lock (_open)
            _open.Remove(connection);
    }

    private TlsConnection[] Left()
    {
        lock (_open)
            return [.. _open];
    }

    private Address At(string host, int port)
    {
        bool isIPv6 = IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6;
        return new Address(SchemeIdentifier, System.Name, isIPv6 ? $"[{address}]" : host, port);
    }

    private static SslStream Stream(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        return new SslStream(new NetworkStream(socket, ownsSocket: false));
    }

    private static string Reason(Exception fault) => fault switch
    {
        OperationCanceledException => "the TLS handshake was not done in time",
        AuthenticationException => "the TLS handshake failed; it speaks no TLS, or none that both sides accept",
        _ => fault.Message,
    };
}
