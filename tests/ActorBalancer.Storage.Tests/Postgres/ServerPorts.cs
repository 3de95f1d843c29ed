using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace ActorBalancer.Storage.Tests.Postgres;

/// <summary>
/// Ports for servers that are stopped, killed and started again where they were. They lie below those that the system gives by itself, so that a
/// port is free again after its server's end, and none is given twice, neither here nor by a test process beside this one.
/// </summary>
internal static class ServerPorts
{
    private const int First = 15_000;
    private const int End = 32_000;

    private static readonly Lock _gate = new();
    private static readonly HashSet<int> _given = [];

    // One byte for each port. Its locks end with the process, however it ends.
    private static readonly FileStream _book = new(
        Path.Combine(Path.GetTempPath(), $"actorbalancer-test-ports-{Environment.UserName}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);

    /// <summary>A port of the loopback address that is this process's until it ends.</summary>
    public static int Take()
    {
        lock (_gate)
        {
            while (true)
            {
                int port = RandomNumberGenerator.GetInt32(First, End);
                if (!_given.Contains(port) && IsFree(port) && Locked(port))
                {
                    _given.Add(port);
                    return port;
                }
            }
        }
    }

    private static bool IsFree(int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }

    private static bool Locked(int port)
    {
        // Elsewhere a file has no locks of single bytes, and what is left is that the port was free.
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows())
            return true;
        try
        {
            _book.Lock(port, 1);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
