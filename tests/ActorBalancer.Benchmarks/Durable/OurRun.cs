using ActorBalancer.Benchmarks.Dispatch;
using ActorBalancer.Benchmarks.Store;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>
/// Ours: this process as router and client with a durable store, and three worker processes. First at full speed, every result
/// verified, then jobs that come one by one.
/// </summary>
internal static class OurRun
{
    private const int Workers = 3;
    private const int Outstanding = 20_000;
    private const int Rounds = 5;
    private const int Clients = 16;
    private const int PacedPerS = 5_000;
    private static readonly TimeSpan s_noEnd = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_single = TimeSpan.FromSeconds(5);

    public static async Task<OurFigures> MeasureAsync(StoreGround ground, int jobs)
    {
        // At full size: some seconds of jobs one at a time, and five of paced ones.
        int single = Scaled(jobs, 200), paced = Scaled(jobs, 40), warm = Scaled(jobs, 100);
        string file = Path.Combine(ground.Folder, "starts");
        using StartTimes starts = StartTimes.Make(file, 2 * warm + single + paced);
        await using Stage stage = await Stage.StartAsync(Workers, ground.Store, file);

        Contender contender = new(stage, round => OurClient.RunAsync(stage.Client, round, Outstanding));
        // As much as is measured: compilers are busy for a long time with four processes on few processors.
        await contender.WarmUpAsync(jobs);
        ProcessorTimes? before = ProcessorTimes.Now(stage.Workers, ground.Server);
        for (int i = 0; i < Rounds; i++)
            await contender.MeasureAsync(s_noEnd, Scaled(jobs, Rounds));
        ProcessorTimes? after = ProcessorTimes.Now(stage.Workers, ground.Server);
        Figures full = contender.Figures(usesRouter: true);

        Latency latency = new(stage.Client, starts);
        await latency.OneAtATimeAsync(0, warm, s_single);
        LatencyFigures one = await latency.OneAtATimeAsync(warm, single, s_single);
        await latency.PacedAsync(warm + single, warm, Clients, PacedPerS);
        LatencyFigures many = await latency.PacedAsync(2 * warm + single, paced, Clients, PacedPerS);
        return new OurFigures
        {
            JobsPerS = full.JobsPerS,
            P50Ms = one.StartP50Ms,
            P99Ms = one.StartP99Ms,
            VerifiedJobs = full.VerifiedJobs,
            UnderLoadP50Ms = full.P50Ms,
            UnderLoadP99Ms = full.P99Ms,
            OneAtATime = one,
            Paced = many,
            CpuUsPerJob = before is null ? null : after!.Since(before, full.VerifiedJobs),
        };
    }

    private static int Scaled(int jobs, int by) => Math.Max(1, jobs / by);
}
