using System.Globalization;
using System.Text;
using ActorBalancer.Wire;
using ActorBalancer.Work;

namespace ActorBalancer.Benchmarks.Wire;

/// <summary>
/// What a job costs on the wire: nanoseconds of processor time to write and to read it in a batch and its outcome in a report, the bytes
/// beyond its payload, and what reading allocates. The median of the rounds.
/// </summary>
internal static class WireBenchmark
{
    private const int Rounds = 9;
    private const int JobsARound = 1_000_000;
    private const int PayloadBytes = 100;
    private const int ResultBytes = 8;

    public static int Run()
    {
        Console.WriteLine("message                      write ns/job  read ns/job  bytes/job beyond payload  read alloc B/job");
        foreach (int size in (int[])[1, 64, 256])
        {
            Measure("assign", size, Batch(size, sources: 0), PayloadBytes);
            Measure("assign, 32 sources", size, Batch(size, sources: 32), PayloadBytes);
            Measure("assign, own sources", size, Batch(size, sources: int.MaxValue), PayloadBytes);
            Measure("report", size, Report(size), ResultBytes);
        }
        return 0;
    }

    private static void Measure(string name, int size, object message, int content)
    {
        // The serializer asks its actor system nothing.
        BalancerSerializer serializer = new(null!);
        string manifest = serializer.Manifest(message);
        byte[] bytes = serializer.ToBinary(message);
        int times = JobsARound / size;
        List<double> writes = [], reads = [];
        long allocated = 0;
        // The first rounds warm up.
        for (int round = -3; round < Rounds; round++)
        {
            double start = CpuNs();
            for (int i = 0; i < times; i++)
                serializer.ToBinary(message);
            double write = CpuNs() - start;
            long before = GC.GetAllocatedBytesForCurrentThread();
            start = CpuNs();
            for (int i = 0; i < times; i++)
                serializer.FromBinary(bytes, manifest);
            double read = CpuNs() - start;
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (round < 0)
                continue;
            writes.Add(write / times / size);
            reads.Add(read / times / size);
        }
        double beyond = ((double)bytes.Length / size) - content;
        double bytesRead = (double)allocated / times / size;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{$"{name} x {size}",-28} {Median(writes),12:0.0} {Median(reads),12:0.0} {beyond,25:0.0} {bytesRead,17:0}"));
    }

    private static AssignBatch Batch(int size, int sources) => new()
    {
        RouterIncarnation = 1_790_000_000_123,
        WorkerIncarnation = 1_790_000_000_456,
        Number = 1234,
        LastNumber = 1234,
        ReportSeen = 1230,
        OutcomesCommitted = 250_000,
        Jobs = [.. Enumerable.Range(0, size).Select(i => new AssignedJob
        {
            // Slots come back in the order in which jobs end, so they are all over the table.
            Slot = i * 193 % 2048,
            Generation = 40 + (i * 7 % 5),
            Key = JobKey.Pack(0, 5, 1_000_000 + (i * 3)),
            Queue = "default",
            Kind = i % 4 == 0 ? "mail" : "resize",
            Source = sources == 0 ? null : $"album-{i % sources}",
            Attempt = 1,
            TimeLimitMs = 1_800_000,
            Payload = Encoding.ASCII.GetBytes(new string((char)('a' + (i % 26)), PayloadBytes)),
        })],
    };

    private static WorkerReport Report(int size) => new()
    {
        WorkerIncarnation = 1_790_000_000_456,
        RouterIncarnation = 1_790_000_000_123,
        Number = 1230,
        BatchSeen = 1234,
        Credit = 260_000,
        FirstOutcome = 250_001,
        Running = 4,
        Queued = 100,
        Outcomes = [.. Enumerable.Range(0, size).Select(i => new FinishedRun
        {
            Token = new RunToken(1_790_000_000_123, i * 193 % 2048, 40 + (i * 7 % 5)),
            Key = JobKey.Pack(0, 5, 1_000_000 + (i * 3)),
            Outcome = AttemptOutcome.Succeeded,
            StartedUnixMs = 1_790_000_100_000 + (i / 10),
            DurationMicros = 90 + (i * 37 % 1000),
            Result = new byte[ResultBytes],
        })],
    };

    // The processor's time, not the clock's: other processes on the machine do not count.
    private static double CpuNs() => Environment.CpuUsage.TotalTime.TotalNanoseconds;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
