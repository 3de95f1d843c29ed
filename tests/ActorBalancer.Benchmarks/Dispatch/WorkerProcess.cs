using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using ActorBalancer.Benchmarks.Durable;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using Akka.Actor;
using Akka.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>A worker of the benchmark: this executable once more, for our jobs and the peer's. It ends with its parent.</summary>
internal sealed class WorkerProcess : IDisposable
{
    public const string Verb = "dispatch-worker";
    public const string Kind = "xxh3";

    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    /// <summary>Processor time of the process so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public int Id => _process.Id;

    /// <summary>Bytes that it occupies.</summary>
    public long Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static WorkerProcess Start(int number, string seed, string? starts = null)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardInput = true };

        // The executable may be the runtime itself, with the assembly as its first argument.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        foreach (string argument in new[] { Verb, string.Create(CultureInfo.InvariantCulture, $"w{number}"), seed })
            start.ArgumentList.Add(argument);
        if (starts is not null)
            start.ArgumentList.Add(starts);
        return new WorkerProcess(Process.Start(start)!);
    }

    /// <summary>The hidden verb: runs until the parent closes our standard input, by its end too.</summary>
    public static async Task<int> RunAsync(string name, string seed, string? starts)
    {
        HandlerRegistry handlers = new();
        handlers.Add(Kind, static (payload, _) =>
        {
            byte[] result = new byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(result, Payloads.Hash(payload.Span));
            return new(JobOutcome.OkBytes(result));
        });
        using StartTimes? times = starts is null ? null : StartTimes.Open(starts);
        if (times is not null)
            handlers.Add(StartTimes.Kind, times.Handle);
        BalancerOptions options = BalancerConfiguration.Defaults();
        await using ServiceProvider services = new ServiceCollection().BuildServiceProvider();
        await using BalancerNode node = await BalancerNode.StartAsync(new NodeSettings
        {
            Options = options with
            {
                Name = name,
                Roles = [NodeRoles.Worker],
                Seeds = [seed],
                Remoting = options.Remoting with { Port = 0 },
            },
            Akka = ConfigurationFactory.ParseString(PeerSerializer.Wiring),
            Handlers = handlers,
            Services = services,
            Logs = ProblemLog.Factory,
        });
        node.System.ActorOf(Props.Create<PeerWorker>(), PeerWorker.Name);
        await Console.In.ReadToEndAsync();
        ProblemLog.End();
        return 0;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
            _process.Kill();
        _process.Dispose();
    }
}
