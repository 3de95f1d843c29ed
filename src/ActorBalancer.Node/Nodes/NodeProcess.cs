using System.Text.Json;
using ActorBalancer.AspNetCore;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Cluster.Kinds;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Hosting;
using ActorBalancer.Node.Http;
using ActorBalancer.Node.Kinds;
using ActorBalancer.Node.Processes;
using ActorBalancer.Storage;
using Akka.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.Node.Nodes;

/// <summary>One node from its arguments to its exit code.</summary>
internal static class NodeProcess
{
    private static readonly Config Quiet = ConfigurationFactory.ParseString("akka.loglevel = WARNING");

    public static async Task<int> RunAsync(NodeArguments arguments, Action<HandlerRegistry>? handlers, Func<IJobStore, IJobStore>? around)
    {
        TextWriter output = StandardOutput.Take();
        using StopSignals signals = new(keyboard: !arguments.ParentPipe);
        if (arguments.ParentPipe)
            ParentPipe.Watch(signals.Stop);
        try
        {
            BalancerConfiguration configuration = arguments.Load();
            HandlerRegistry registry = new();
            BuiltInKinds.AddTo(registry);
            handlers?.Invoke(registry);
            await using NodeKinds kinds = NodeKinds.AddTo(registry, configuration.Options, TimeProvider.System);
            await using ServiceProvider services = Services(arguments.Verbose);
            ILoggerFactory logs = services.GetRequiredService<ILoggerFactory>();
            TimeProvider clock = services.GetRequiredService<TimeProvider>();
            using ServedNode served = new(configuration.Options, new JobClient(clock), clock);

            // First, since a taken port must not leave a member behind that others have seen; and last to go, since a node that
            // drains still answers.
            await using NodeHttp? http = configuration.Options.Http.Enabled ? await NodeHttp.StartAsync(served, logs) : null;
            BalancerNode node = await BalancerNode.StartAsync(new NodeSettings
            {
                Options = configuration.Options,
                Akka = arguments.Verbose ? configuration.Akka : configuration.Akka.WithFallback(Quiet),
                Handlers = registry,
                Services = services,
                Logs = logs,
                Clock = clock,
                Client = served.Jobs,
                Store = around is null || !configuration.Options.IsRouter ? null : around(await NodeStore.OpenAsync(configuration.Options, clock, logs)),
                EndsForItsSupervisor = true,
            });
            served.Started(node);
            return await RunAsync(node, served, http?.Url, arguments.Json, output, signals.Token);
        }
        catch (BalancerConfigurationException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCode.Usage;
        }
    }

    private static async Task<int> RunAsync(
        BalancerNode node, ServedNode served, string? url, bool json, TextWriter output, CancellationToken stop)
    {
        Task asked = Task.Delay(Timeout.Infinite, stop);
        await using (node)
        {
            if (await Task.WhenAny(node.Joined, node.Stopped, asked) == node.Joined)
            {
                ReadyLine ready = new("ready", node.Name, node.Address, url, Environment.ProcessId, served.Options.Roles);
                await output.WriteLineAsync(json ? JsonSerializer.Serialize(ready, NodeJson.Default.ReadyLine) : Text(ready));
                await Task.WhenAny(node.Stopped, asked);
            }
            served.Draining();
        }
        if (!node.Stopped.IsCompletedSuccessfully)
            return ExitCode.Done;
        BalancerStopped stopped = await node.Stopped;
        await Console.Error.WriteLineAsync($"{stopped.Node} stopped: {stopped.Reason}.");
        return stopped.NeedsRestart ? ExitCode.Downed : ExitCode.Failed;
    }

    private static string Text(ReadyLine ready)
    {
        string http = ready.Http is null ? "" : $", HTTP at {ready.Http}";
        return $"{ready.Name} is ready at {ready.Akka}{http}, as {string.Join(" and ", ready.Roles)}; SIGTERM or Ctrl-C stops it.";
    }

    private static ServiceProvider Services(bool verbose) => new ServiceCollection()
        .AddLogging(logging => logging
            .SetMinimumLevel(verbose ? LogLevel.Information : LogLevel.Warning)
            .AddSimpleConsole(line =>
            {
                line.SingleLine = true;
                line.UseUtcTimestamp = true;
                line.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            })
            .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace))
        .AddSingleton(TimeProvider.System)
        .BuildServiceProvider();
}
