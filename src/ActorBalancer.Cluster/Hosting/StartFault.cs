using System.Net.Sockets;
using ActorBalancer.Hosting;
using ActorBalancer.Options;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>Why a node could not start, as the key that has to be set otherwise. Akka and DotNetty wrap the cause several times.</summary>
internal static class StartFault
{
    public static BalancerConfigurationException Of(Exception fault, RemotingOptions remoting)
    {
        if (fault is BalancerConfigurationException known)
            return known;
        Exception cause = Cause(fault);
        ConfigurationError error = cause switch
        {
            SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => new(
                "actorbalancer.remoting.port",
                $"{remoting.Port}",
                $"the address {remoting.Bind}:{remoting.Port} is in use; choose another port or 0 for any free one"),
            SocketException { SocketErrorCode: SocketError.AccessDenied } => new(
                "actorbalancer.remoting.port",
                $"{remoting.Port}",
                $"this user may not listen on {remoting.Bind}:{remoting.Port}; choose a port from 1024 or 0 for any free one"),
            SocketException socket => new(
                "actorbalancer.remoting.bind",
                remoting.Bind,
                $"this machine cannot listen on it ({socket.Message}); choose an address of this machine or 0.0.0.0 for all"),
            _ => new("actorbalancer", null, $"the node could not start: {cause.Message}"),
        };
        return new BalancerConfigurationException([error], fault);
    }

    private static Exception Cause(Exception fault)
    {
        while (fault is not SocketException && fault.InnerException is { } inner)
            fault = inner;
        return fault;
    }
}
