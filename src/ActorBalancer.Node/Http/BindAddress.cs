using System.Net;
using System.Net.Sockets;
using ActorBalancer.Hosting;
using ActorBalancer.Options;

namespace ActorBalancer.Node.Http;

/// <summary>Where to listen: an address, or the first one of a host name.</summary>
internal static class BindAddress
{
    public static async Task<IPAddress> OfAsync(HttpOptions options)
    {
        if (IPAddress.TryParse(options.Bind, out IPAddress? address))
            return address;
        if (HostAddress.IsLoopback(options.Bind))
            return IPAddress.Loopback;
        try
        {
            return (await Dns.GetHostAddressesAsync(options.Bind))[0];
        }
        catch (SocketException e)
        {
            throw new BalancerConfigurationException(
                [new ConfigurationError("actorbalancer.http.bind", options.Bind, $"the name has no address ({e.Message}); write an address of this machine")], e);
        }
    }
}
