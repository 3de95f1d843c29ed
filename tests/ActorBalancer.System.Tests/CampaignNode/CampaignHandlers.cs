using System.Diagnostics;
using System.Text.Json;
using ActorBalancer.Cluster.Worker;

namespace ActorBalancer.CampaignNode;

/// <summary>Jobs whose every run is written down before it does anything, and again when it ends.</summary>
internal static class CampaignHandlers
{
    public const string Quick = "campaign-quick";
    public const string Slow = "campaign-slow";
    public const string Fails = "campaign-fails";
    public const string Poison = "campaign-poison";
    public const string Blocks = "campaign-blocks";

    private static readonly Lazy<LedgerWriter> Ledger = new(() => LedgerWriter.Open(
        Environment.GetEnvironmentVariable(LedgerWriter.Folder)!, Environment.GetEnvironmentVariable(LedgerWriter.Node)!));

    public static void Register(HandlerRegistry handlers)
    {
        handlers.Add(Quick, (payload, job) => RunAsync(payload, job, static (_, _) => ValueTask.CompletedTask));
        handlers.Add(Slow, (payload, job) => RunAsync(payload, job, static (work, job) => new ValueTask(Task.Delay(work.Ms, job.Cancellation))));
        handlers.Add(Fails, (payload, job) => RunAsync(payload, job, static (work, job) =>
            job.Attempt > work.Fails ? ValueTask.CompletedTask : throw new InvalidOperationException("fails on purpose")));
        handlers.Add(Poison, (payload, job) => RunAsync(payload, job, static (_, _) => DieAsync()));

        // Keeps a thread of the pool, and hears of no cancellation.
        handlers.Add(Blocks, (payload, job) => RunAsync(payload, job, static async (work, _) =>
        {
            await Task.Yield();
            using ManualResetEventSlim never = new();
            never.Wait(work.Ms);
        }));
    }

    private static async ValueTask<JobOutcome> RunAsync(ReadOnlyMemory<byte> payload, JobContext job, Func<CampaignWork, JobContext, ValueTask> act)
    {
        LedgerWriter ledger = Ledger.Value;
        CampaignWork work = JsonSerializer.Deserialize<CampaignWork>(payload.Span, JsonSerializerOptions.Web)!;
        string run = ledger.Started(work.Key, job.Id.ToString(), job.Attempt, job.Fence, job.Queue);
        await using CancellationTokenRegistration hearing = job.Cancellation.Register(() => ledger.Cancelled(run));
        try
        {
            await act(work, job);
        }
        catch (Exception e)
        {
            ledger.Ended(run, e is OperationCanceledException ? RunEnding.Cancelled : RunEnding.Failed);
            throw;
        }
        ledger.Ended(run, RunEnding.Ok);
        return JobOutcome.OkBytes(JsonSerializer.SerializeToUtf8Bytes(new CampaignResult(work.Key, run, job.Attempt, ledger.Name), JsonSerializerOptions.Web));
    }

    private static ValueTask DieAsync()
    {
        using Process self = Process.GetCurrentProcess();
        self.Kill();
        return new ValueTask(new TaskCompletionSource().Task);
    }
}
