using System.Diagnostics;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>
/// Measures a peer twice: as ours is, jobs added while others run; and running alone, jobs that were all there before. Every job must
/// have run once, with the right checksum.
/// </summary>
internal static class PeerRun
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    public static async Task<PeerFigures> MeasureAsync(IPeer peer, int jobs, double ours)
    {
        // For compilers, plans and pools.
        await TogetherAsync(peer, Math.Max(1, jobs / 10));
        double together = await TogetherAsync(peer, jobs), alone = await AloneAsync(peer, jobs);
        return new PeerFigures(Math.Round(together), Ratio(ours, together), Math.Round(alone), Ratio(ours, alone), jobs);
    }

    private static double Ratio(double ours, double theirs) => Math.Round(ours / theirs, 2);

    private static async Task<double> TogetherAsync(IPeer peer, int jobs)
    {
        await peer.StartAsync();
        long from = Stopwatch.GetTimestamp();
        await peer.AddAsync(jobs);
        await DoneAsync(peer, jobs);
        double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        await peer.StopAsync();
        return jobs / seconds;
    }

    private static async Task<double> AloneAsync(IPeer peer, int jobs)
    {
        await peer.AddAsync(jobs);
        await peer.StartAsync();
        // The first jobs are behind it when its processes are up.
        await UntilAsync(() => peer.Done.Jobs > 0);
        (long from, int first) = (Stopwatch.GetTimestamp(), peer.Done.Jobs);
        await DoneAsync(peer, jobs);
        double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        await peer.StopAsync();
        return (jobs - first) / seconds;
    }

    private static async Task DoneAsync(IPeer peer, int jobs)
    {
        await UntilAsync(() => peer.Done.Jobs >= jobs);
        await UntilAsync(() => peer.Left() == 0);
        if (peer.Done != (jobs, PeerPayload.Sum(jobs)))
            throw new InvalidOperationException($"{peer.Done.Jobs} of {jobs} jobs ran, and their checksums add up to {peer.Done.Sum} and not to {PeerPayload.Sum(jobs)}");
    }

    private static async Task UntilAsync(Func<bool> done)
    {
        long from = Stopwatch.GetTimestamp();
        while (!done())
        {
            if (Stopwatch.GetElapsedTime(from) > s_patience)
                throw new TimeoutException($"its jobs were not done within {s_patience.TotalSeconds:0} s");
            await Task.Delay(5);
        }
    }
}
