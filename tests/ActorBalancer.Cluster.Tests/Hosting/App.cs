using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.Cluster.Tests.Hosting;

/// <summary>A host with an embedded node.</summary>
internal sealed class App(IHost host) : IAsyncDisposable
{
    public IHost Host { get; } = host;

    public IJobClient Jobs { get; } = host.Services.GetRequiredService<IJobClient>();

    public static IHost Build(Action<BalancerBuilder> configure)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddConsole();
        builder.Services.AddActorBalancer(configure);
        return builder.Build();
    }

    public static async Task<App> StartAsync(Action<BalancerBuilder> configure)
    {
        IHost host = Build(configure);
        await host.StartAsync();
        return new App(host);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync();
        Host.Dispose();
    }
}
