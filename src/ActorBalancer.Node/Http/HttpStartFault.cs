using System.Net.Sockets;
using ActorBalancer.Hosting;
using ActorBalancer.Options;

namespace ActorBalancer.Node.Http;

/// <summary>Why the HTTP port could not be opened, as the key that has to be set otherwise. Kestrel wraps the cause several times.</summary>
internal static class HttpStartFault
{
    public static Exception Of(Exception fault, HttpOptions options)
    {
        ConfigurationError? error = Cause(fault)?.SocketErrorCode switch
        {
            null => null,
            SocketError.AddressAlreadyInUse => new(
                "actorbalancer.http.port",
                $"{options.Port}",
                $"the address {options.Bind}:{options.Port} is in use; choose another port with --http-port, or 0 for any free one"),
            SocketError.AccessDenied => new(
                "actorbalancer.http.port",
                $"{options.Port}",
                $"this user may not listen on {options.Bind}:{options.Port}; choose a port from 1024 with --http-port, or 0 for any free one"),
            _ => new(
                "actorbalancer.http.bind",
                options.Bind,
                $"this machine cannot listen on it ({Cause(fault)!.Message}); choose an address of this machine or 0.0.0.0 for all"),
        };
        return error is null ? fault : new BalancerConfigurationException([error], fault);
    }

    private static SocketException? Cause(Exception? fault)
    {
        while (fault is not null and not SocketException)
            fault = fault.InnerException;
        return fault as SocketException;
    }
}
