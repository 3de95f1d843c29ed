using System.Text.Json;
using Akka.Actor;
using HdrHistogram;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>
/// The whole way of a job between processes, beside a bare cluster-aware router of Akka's that does nothing but send: one
/// process with client and router, and worker processes. The contenders take turns in short rounds, since nothing else makes
/// figures of a shared machine comparable.
/// </summary>
internal static class DispatchCommand
{
    private const int Rounds = 5;
    private const int PeerBatch = 64;

    // The peer sends a message a job, so that a tenth of the jobs warms it as much.
    private const long WarmUpJobs = 2_000_000;

    private static readonly TimeSpan s_oneRound = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static async Task<int> RunAsync(string[] args)
    {
        if (DispatchArguments.Parse(args) is not { } wanted)
            return 2;
        await using Stage stage = await Stage.StartAsync(wanted.Workers);
        if (wanted.Grow)
            return await GrowthRun.RunAsync(stage, wanted);
        Comparison comparison = await CompareAsync(stage, wanted);
        if (wanted.Json)
            Console.WriteLine(JsonSerializer.Serialize(comparison, s_json));
        else
            ComparisonTable.Print(comparison, wanted);
        return 0;
    }

    private static async Task<Comparison> CompareAsync(Stage stage, DispatchArguments wanted)
    {
        Contender ours = new(stage, round => OurClient.RunAsync(stage.Client, round, wanted.Outstanding));
        Contender peer = new(stage, round => AskPeerAsync(stage, round, wanted.Outstanding, 1));
        Contender batched = new(stage, round => AskPeerAsync(stage, round, wanted.Outstanding, PeerBatch));
        Contender[] all = [ours, peer, batched];
        foreach (Contender contender in all)
            await contender.WarmUpAsync(contender == peer ? WarmUpJobs / 10 : WarmUpJobs);
        TimeSpan time = TimeSpan.FromSeconds((double)wanted.Seconds / Rounds);
        for (int i = 0; i < Rounds; i++)
        {
            foreach (Contender contender in all)
                await contender.MeasureAsync(time);
        }
        Figures o = ours.Figures(true), p = peer.Figures(false);
        return new Comparison(o, p, batched.Figures(false), Math.Round(o.JobsPerS / p.JobsPerS, 2), await OneOutstandingAsync(stage));
    }

    private static async Task AskPeerAsync(Stage stage, Round round, int outstanding, int batch) =>
        await stage.Peer.Ask<Round>(new PeerClient.Run(round, outstanding, batch), s_patience);

    private static async Task<OneOutstanding> OneOutstandingAsync(Stage stage)
    {
        LongHistogram ours = new(60_000_000, 3), peer = new(60_000_000, 3), unused = new(60_000_000, 3);
        for (int i = -1; i < Rounds; i++)
        {
            // The first time is for the compiler.
            await OurClient.RunAsync(stage.Client, new Round(i < 0 ? unused : ours, s_oneRound), 1);
            Round round = new(i < 0 ? unused : peer, s_oneRound);
            while (round.TryStart(out long number))
            {
                IPeerProtocol.Result result = await stage.PeerRouter.Ask<IPeerProtocol.Result>(
                    new IPeerProtocol.Job(number, Payloads.Of(number)), s_patience);
                round.Ended(result.Number, result.Hash);
            }
        }
        double o = ours.GetValueAtPercentile(50) / 1e3, p = peer.GetValueAtPercentile(50) / 1e3;
        return new OneOutstanding(o, p, Math.Round(o / p, 2));
    }
}
