using System.Text;
using ActorBalancer.Work;

namespace ActorBalancer.Cluster.Tests.Wire;

/// <summary>Batches as they are in practice.</summary>
internal static class Batches
{
    public static AssignBatch Of(int jobs) => new()
    {
        RouterIncarnation = 1_790_000_000_123,
        WorkerIncarnation = 1_790_000_000_456,
        Number = 17,
        LastNumber = 17,
        ReportSeen = 12,
        OutcomesCommitted = 4096,
        Jobs = [.. Enumerable.Range(0, jobs).Select(i => new AssignedJob
        {
            Slot = i * 3 % 1024,
            Generation = 9,
            Key = JobKey.Pack(3, 5, 1000 + i),
            Queue = "default",
            Kind = "resize",
            Source = i % 3 == 2 ? $"album-{i}" : null,
            Attempt = 1,
            TimeLimitMs = 1_800_000,
            Payload = Encoding.UTF8.GetBytes($$"""{"n":{{i}}}"""),
        })],
    };

    public static WorkerReport Report(int outcomes) => new()
    {
        WorkerIncarnation = 1_790_000_000_456,
        RouterIncarnation = 1_790_000_000_123,
        Number = 12,
        BatchSeen = 17,
        Credit = 5000,
        FirstOutcome = 4097,
        Running = 4,
        Queued = 3,
        Outcomes = [.. Enumerable.Range(0, outcomes).Select(i => new FinishedRun
        {
            Token = new RunToken(1_790_000_000_123, i * 3 % 1024, 9),
            Key = JobKey.Pack(3, 5, 1000 + i),
            Outcome = i % 8 == 7 ? AttemptOutcome.Failed : AttemptOutcome.Succeeded,
            StartedUnixMs = 1_790_000_100_000 + i,
            DurationMicros = 900 + (i * 7),
            Result = i % 8 == 7 ? default : Encoding.UTF8.GetBytes($"{i}"),
            Error = i % 8 == 7 ? "no such file" : null,
        })],
        Held = [new HeldRun(new RunToken(1_790_000_000_123, 5, 9), JobKey.Pack(3, 5, 999), 2, 1_790_000_100_000)],
    };

    /// <summary>Jobs that have nothing in common and are as large as they can be in everything but their strings.</summary>
    public static AssignBatch Wild(int jobs) => new()
    {
        RouterIncarnation = long.MinValue,
        WorkerIncarnation = long.MaxValue,
        Number = long.MaxValue,
        LastNumber = long.MaxValue,
        ReportSeen = long.MaxValue,
        OutcomesCommitted = long.MaxValue,
        Jobs = [.. Enumerable.Range(0, jobs).Select(i => new AssignedJob
        {
            Slot = i % 2 == 0 ? int.MaxValue : int.MinValue + i,
            Generation = i % 2 == 0 ? int.MinValue : int.MaxValue - i,
            Key = i % 2 == 0 ? long.MaxValue : long.MinValue / 2,
            Queue = $"queue-{i}",
            Kind = $"kind-{i}",
            Source = $"source-{i}",
            Attempt = i % 2 == 0 ? int.MaxValue : -i,
            TimeLimitMs = i % 2 == 0 ? long.MinValue / 2 : long.MaxValue,
            Payload = new byte[i % 2 == 0 ? 20_000 : 0],
        })],
    };
}
