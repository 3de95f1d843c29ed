using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ActorBalancer.Benchmarks.Dispatch;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Hosting;
using ActorBalancer.Node.Processes;
using ActorBalancer.Options;
using ActorBalancer.Strategies;
using Microsoft.Extensions.DependencyInjection;

namespace ActorBalancer.Benchmarks.Adapt;

/// <summary>
/// A worker process whose jobs take what their payload says, in processor time or asleep, and that is slowed or made to fail by its parent's
/// word. It ends with its parent.
/// </summary>
internal sealed class AdaptWorker : IDisposable
{
    public const string Verb = "adapt-worker";
    public const string Kind = "work";
    public const int Slots = 2;

    private const int KeptLines = 20;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    private AdaptWorker(string name, Process process)
    {
        Name = name;
        _process = process;
        _process.ErrorDataReceived += (_, line) =>
        {
            _log.Enqueue(line.Data ?? "");
            if (_log.Count > KeptLines)
                _log.TryDequeue(out string? _);
        };
        _process.BeginErrorReadLine();
    }

    /// <summary>What it said last: when a cluster ends there is much that is no news.</summary>
    public string Log => string.Join('\n', _log);

    public string Name { get; }

    public int Pid => _process.Id;

    /// <param name="name">Its name.</param>
    /// <param name="seed">Of the cluster.</param>
    /// <param name="turnsPerMs">What a millisecond of processor time is; 0: jobs sleep.</param>
    public static AdaptWorker Start(string name, string seed, long turnsPerMs)
    {
        ProcessStartInfo start = Executable.Of(typeof(AdaptWorker).Assembly.Location);
        start.RedirectStandardInput = true;
        start.RedirectStandardError = true;
        foreach (string argument in (string[])[Verb, name, seed, turnsPerMs.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(argument);
        return new AdaptWorker(name, Process.Start(start)!);
    }

    /// <summary><c>slow FACTOR</c> for jobs that sleep, or <c>fail SHARE</c>.</summary>
    public void Tell(string order)
    {
        _process.StandardInput.WriteLine(order);
        _process.StandardInput.Flush();
    }

    /// <summary>The hidden verb.</summary>
    public static async Task<int> RunAsync(string name, string seed, string turnsPerMs)
    {
        Behaviour behaviour = new(long.Parse(turnsPerMs, CultureInfo.InvariantCulture));
        HandlerRegistry handlers = new();
        handlers.Add(Kind, (payload, job) => behaviour.RunAsync(payload, job));
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
                Worker = options.Worker with { Slots = Slots },
            },
            Handlers = handlers,
            Services = services,
            Logs = ProblemLog.Factory,
        });
        while (await Console.In.ReadLineAsync() is { } order)
            behaviour.Obey(order);
        ProblemLog.End();
        return 0;
    }

    /// <summary>Turns of the loop in a millisecond: the quickest of many tries, which nobody has interrupted.</summary>
    public static long Calibrate()
    {
        const long Turns = 2_000_000;
        double best = double.MaxValue;
        for (int i = 0; i < 100; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Spin(Turns);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return (long)(Turns / best);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
            _process.Kill();
        _process.Dispose();
    }

    private static ulong Spin(long turns)
    {
        ulong x = 1;
        for (long i = 0; i < turns; i++)
            x = (x * 6364136223846793005) + 1442695040888963407;
        return x;
    }

    private sealed class Behaviour(long turnsPerMs)
    {
        private readonly Lock _gate = new();
        private Dice _dice = new(20_26);
        private double _slow = 1;
        private double _fail;
        private ulong _last;

        public void Obey(string order)
        {
            string[] words = order.Split(' ');
            double value = double.Parse(words[1], CultureInfo.InvariantCulture);
            lock (_gate)
                (_slow, _fail) = words[0] == "slow" ? (value, _fail) : (_slow, value);
        }

        public async ValueTask<JobOutcome> RunAsync(ReadOnlyMemory<byte> payload, JobContext job)
        {
            using var read = JsonDocument.Parse(payload);
            double ms = read.RootElement.GetProperty("ms").GetDouble(), slow;
            lock (_gate)
            {
                if (_dice.Below(1_000_000) < _fail * 1_000_000)
                    throw new InvalidOperationException("half of the jobs fail here at once");
                slow = _slow;
            }
            if (turnsPerMs > 0)
                _last ^= Spin((long)(ms * turnsPerMs));
            else
                await Task.Delay(TimeSpan.FromMilliseconds(ms * slow), job.Cancellation);
            return JobOutcome.Ok;
        }
    }
}
