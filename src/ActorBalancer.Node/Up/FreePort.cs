using System.Net;
using System.Net.Sockets;

namespace ActorBalancer.Node.Up;

/// <summary>Whether a port of the loopback can be had.</summary>
internal static class FreePort
{
    /// <summary>The port itself if nobody listens on it, else 0, for which a node takes any free one.</summary>
    public static int OrAny(int port)
    {
        using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            probe.Listen();
            return port;
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
