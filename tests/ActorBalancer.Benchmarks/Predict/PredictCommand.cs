using System.Globalization;
using System.Text.Json;
using ActorBalancer.Client;
using ActorBalancer.Node.Predict;
using ActorBalancer.Simulator;
using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Benchmarks.Predict;

/// <summary>
/// The <c>predict</c> command: runs a small cluster of real processes, records its queue as <c>record</c> does, simulates the trace, and
/// sets the prediction beside what the cluster measured itself: from accepted to ended, by the times of its jobs.
/// </summary>
internal static class PredictCommand
{
    private const double Goal = 0.15;

    public static async Task<int> RunAsync(string[] args)
    {
        if (!PredictArguments.TryParse(args, out var arguments))
        {
            Console.Error.WriteLine("usage: ActorBalancer.Benchmarks predict [--strategy NAME[,NAME...]] [--seconds 5-3600] [--load SHARE] [--mean-ms 10-10000]");
            return 2;
        }
        bool good = true;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{PredictArguments.Workers} workers with {PredictArguments.Slots} slots, load {arguments.Load}, jobs that sleep {arguments.MeanMs} ms on average, {arguments.Seconds} s each"));
        Console.WriteLine($"{"",-30}{"jobs",6}{"p50 ms",10}{"predicted",11}{"",7}{"p99 ms",10}{"predicted",11}{"",7}");
        await using LocalUp up = await LocalUp.StartAsync(PredictArguments.Workers, PredictArguments.Slots);
        using BalancerClient client = new(up.Http);
        await client.SubmitAsync(new JobSubmission { Kind = "sleep", Payload = "{\"ms\":1}"u8.ToArray() });
        foreach (string strategy in arguments.Strategies)
            good &= await CompareAsync(client, strategy, arguments);
        Console.WriteLine(good ? "every figure within 15%" : "not every figure is within 15%");
        return good ? 0 : 1;
    }

    private static async Task<bool> CompareAsync(BalancerClient client, string strategy, PredictArguments arguments)
    {
        await client.ChangeQueueAsync("default", new QueueChange { Strategy = strategy });
        double rate = arguments.Load * PredictArguments.Workers * PredictArguments.Slots * 1_000 / arguments.MeanMs;
        using CancellationTokenSource end = new();
        JobRecorder recorder = new(client, "default", TimeProvider.System);
        Task<Recording> recording = recorder.RecordAsync(TimeSpan.FromSeconds(arguments.Seconds), CancellationToken.None);
        end.CancelAfter(TimeSpan.FromSeconds(arguments.Seconds));
        await new SleepLoad(client, rate, arguments.MeanMs).RunAsync(end.Token);
        Recording recorded = await recording;

        double[] measured = [.. recorded.Jobs.Select(j => (j.FinishedAt!.Value - j.SubmittedAt!.Value).TotalMilliseconds).Order()];
        var trace = Trace.Parse(recorded.Lines().Select(j => JsonSerializer.Serialize(j, PredictJson.Default.RecordedJob)), "recording");
        StrategyFigures predicted = Simulation.Run(new SimulationOptions
        {
            Workers = [.. recorded.Groups().Select(WorkerGroup.Parse)],
            Slots = recorded.Slots!.Value,
            Arrivals = new RecordedArrivals(trace),
            Service = new RecordedService(trace),
            Strategies = [strategy],
            Binding = recorded.Queue.Binding == "late" ? Binding.Late : Binding.Early,
        })[0];
        double unit = trace.MeanService * 1_000;
        (double half, double most) = (predicted.Response.Quantiles[0] * unit, predicted.Response.Quantiles[2] * unit);
        (double halfMeasured, double mostMeasured) = (Quantile(measured, 0.5), Quantile(measured, 0.99));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{strategy,-22}{recorded.Queue.Binding,-8}{measured.Length,6}{halfMeasured,10:0}{half,11:0}{half / halfMeasured - 1,7:+0%;-0%}{mostMeasured,10:0}{most,11:0}{most / mostMeasured - 1,7:+0%;-0%}"));
        return Math.Abs((half / halfMeasured) - 1) <= Goal && Math.Abs((most / mostMeasured) - 1) <= Goal;
    }

    private static double Quantile(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
