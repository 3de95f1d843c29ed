using System.Diagnostics;
using ActorBalancer.Cluster.Gateway;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>How soon jobs are accepted and started that come one by one.</summary>
internal sealed class Latency(JobClient client, StartTimes starts)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly double s_msPerTick = 1e3 / Stopwatch.Frequency;

    /// <summary>Each job is submitted when the one before has ended. So many jobs, or as many as there is time for.</summary>
    public async Task<LatencyFigures> OneAtATimeAsync(int first, int jobs, TimeSpan time)
    {
        long[] submitted = new long[jobs], accepted = new long[jobs];
        long begin = Stopwatch.GetTimestamp();
        int done = 0;
        for (int i = 0; i < jobs && (i == 0 || Stopwatch.GetElapsedTime(begin) < time); i++, done++)
        {
            JobRequest request = StartTimes.Request(first + i);
            submitted[i] = Stopwatch.GetTimestamp();
            JobId id = await client.SubmitAsync(request);
            accepted[i] = Stopwatch.GetTimestamp();
            await client.WaitAsync(id);
        }
        return await FiguresAsync(first, submitted[..done], accepted[..done]);
    }

    /// <summary>
    /// So many jobs a second from so many clients, each of which waits for its answer before it submits the next. A client that is late
    /// because of that counts from when its job was due, so that a slow answer is not counted once only.
    /// </summary>
    public async Task<LatencyFigures> PacedAsync(int first, int jobs, int clients, int jobsPerS)
    {
        long[] submitted = new long[jobs], accepted = new long[jobs];
        long begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(own => Task.Run(async () =>
        {
            for (int i = own; i < jobs; i += clients)
            {
                JobRequest request = StartTimes.Request(first + i);
                submitted[i] = await DueAsync(begin + (long)((double)i / jobsPerS * Stopwatch.Frequency));
                await client.SubmitAsync(request);
                accepted[i] = Stopwatch.GetTimestamp();
            }
        })));
        return await FiguresAsync(first, submitted, accepted);
    }

    /// <summary>Waits until it is due. From when to count: a timer that rings late is nobody's delay.</summary>
    private static async Task<long> DueAsync(long due)
    {
        long now = Stopwatch.GetTimestamp();
        if (now >= due)
            return due;
        while ((now = Stopwatch.GetTimestamp()) < due)
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling((due - now) * s_msPerTick)));
        return now;
    }

    private async Task<LatencyFigures> FiguresAsync(int first, long[] submitted, long[] accepted)
    {
        long since = Stopwatch.GetTimestamp();
        double[] toAccepted = new double[submitted.Length], toStart = new double[submitted.Length];
        for (int i = 0; i < submitted.Length; i++)
        {
            while (starts.Runs(first + i) == 0)
            {
                if (Stopwatch.GetElapsedTime(since) > s_patience)
                    throw new TimeoutException($"job {first + i} did not start within {s_patience.TotalSeconds:0} s");
                await Task.Delay(5);
            }
            if (starts.Runs(first + i) != 1)
                throw new InvalidOperationException($"job {first + i} ran {starts.Runs(first + i)} times");
            toAccepted[i] = (accepted[i] - submitted[i]) * s_msPerTick;
            toStart[i] = (starts.At(first + i) - submitted[i]) * s_msPerTick;
        }
        double seconds = (accepted.Max() - submitted.Min()) * s_msPerTick / 1e3;
        return new LatencyFigures(submitted.Length, Math.Round(submitted.Length / seconds),
            Percentile(toAccepted, 50), Percentile(toAccepted, 99), Percentile(toStart, 50), Percentile(toStart, 99));
    }

    private static double Percentile(double[] ms, int percent)
    {
        Array.Sort(ms);
        return Math.Round(ms[(int)((long)ms.Length * percent / 100)], 3);
    }
}
