using System.Diagnostics;
using System.Globalization;
using ActorBalancer.Intake;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>
/// Memory: what a waiting job takes in the process of the router, and whether the processes grow between the first and the
/// tenth million of jobs.
/// </summary>
internal static class GrowthRun
{
    private const int Million = 1_000_000;
    private const int Millions = 10;

    public static async Task<int> RunAsync(Stage stage, DispatchArguments wanted)
    {
        for (int million = 1; million <= Millions; million++)
        {
            await RunMillionAsync(stage, wanted.Outstanding);
            Line($"after {million,2} million jobs: {Memory(stage)}");
        }
        Line($"a waiting {Payloads.Size}-byte job takes {await WaitingBytesAsync(stage):0} bytes of the router's process");
        return 0;
    }

    private static async Task RunMillionAsync(Stage stage, int outstanding)
    {
        await foreach (RanJob job in stage.Client.RunAsync(Enumerable.Range(0, Million).Select(n => OurClient.Request(n)), outstanding))
        {
            if (!Payloads.IsRight(job.Index, OurClient.Result(job)))
                throw new InvalidOperationException($"job {job.Index} came back with a wrong result");
        }
    }

    private static string Memory(Stage stage)
    {
        long heap = GC.GetTotalMemory(true);
        using Process own = Process.GetCurrentProcess();
        string workers = string.Join(", ", stage.Workers.Select(w => Mebibytes(w.Resident)));
        return $"client and router {Mebibytes(heap)} MiB of heap, {Mebibytes(own.WorkingSet64)} MiB resident; workers {workers} MiB resident";
    }

    /// <summary>Submits a million jobs to a queue that is paused, measures, and runs them.</summary>
    private static async Task<double> WaitingBytesAsync(Stage stage)
    {
        JobRequest[] requests = [.. Enumerable.Range(0, Million / 10).Select(n => OurClient.Request(n) with { Queue = "waiting" })];
        await stage.Client.WaitAsync(await stage.Client.SubmitAsync(requests[0]));
        await stage.Client.SetQueueAsync("waiting", null, null, paused: true);
        long before = GC.GetTotalMemory(true);
        for (int i = 0; i < 10; i++)
        {
            foreach (SubmitResult result in await stage.Client.SubmitManyAsync(requests))
            {
                if (result.Code != RefusalCode.None)
                    throw new InvalidOperationException($"a job was refused: {result.Code} {result.Detail}");
            }
        }
        double bytes = (GC.GetTotalMemory(true) - before) / (double)Million;
        await stage.Client.SetQueueAsync("waiting", null, null, paused: false);
        return bytes;
    }

    private static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture);

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
