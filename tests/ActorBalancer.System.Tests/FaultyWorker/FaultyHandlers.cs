using System.Diagnostics;
using ActorBalancer.Cluster.Worker;

namespace ActorBalancer.FaultyWorker;

/// <summary>What handlers do wrong.</summary>
internal static class FaultyHandlers
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(30);

    public static void Register(HandlerRegistry handlers)
    {
        handlers.Add("throws", (_, _) => throw new InvalidOperationException("thrown on purpose"));
        handlers.Add("hangs", async (_, job) =>
        {
            await Task.Delay(Timeout.Infinite, job.Cancellation);
            return JobOutcome.Ok;
        });
        handlers.Add("ignores", async (_, _) =>
        {
            await new TaskCompletionSource().Task;
            return JobOutcome.Ok;
        });
        handlers.Add("blocks", async (_, _) =>
        {
            await Task.Yield();
            using ManualResetEventSlim never = new();
            never.Wait(Long);
            return JobOutcome.Ok;
        });
        handlers.Add("returns-10-mb", (_, _) => new ValueTask<JobOutcome>(JobOutcome.OkBytes(new byte[10 << 20])));
        handlers.Add("dies", (_, _) =>
        {
            using Process self = Process.GetCurrentProcess();
            self.Kill();
            return new ValueTask<JobOutcome>(new TaskCompletionSource<JobOutcome>().Task);
        });
    }
}
