using System.Globalization;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>The comparison for people.</summary>
internal static class ComparisonTable
{
    public static void Print(Comparison comparison, DispatchArguments wanted)
    {
        Line($"1 process with client and router, {wanted.Workers} worker processes, {wanted.Outstanding} jobs of {Payloads.Size} bytes under way,");
        Line($"every result verified; medians of alternating rounds, {wanted.Seconds} s each");
        Line($"{"",-13}{"jobs/s",11}{"p50 ms",9}{"p99 ms",9}{"alloc B/job",13}{"CPU ns/job",12}{"router ns/job",15}{"verified",12}");
        Row("ours", comparison.Ours);
        Row("peer", comparison.Peer);
        Row("peer_batched", comparison.PeerBatched);
        Line($"ratio ours / peer: {comparison.Ratio:0.00}");
        OneOutstanding one = comparison.OneOutstanding;
        Line($"one at a time, p50: ours {one.OursP50Ms:0.000} ms, bare ask {one.PeerAskP50Ms:0.000} ms, ratio {one.Ratio:0.00}");
        Line($"CPU: all processes together. router: the turns of the router actor (dispatcher, memory store, telling messages);");
        Line($"Akka's endpoints serialise elsewhere and are in CPU only. alloc: in the process with client and router.");
    }

    private static void Row(string name, Figures f) =>
        Line($"{name,-13}{f.JobsPerS,11:0}{f.P50Ms,9:0.00}{f.P99Ms,9:0.00}{f.AllocBytesPerJob,13:0}{f.CpuNsPerJob,12:0}{f.RouterCpuNsPerJob,15:0}{f.VerifiedJobs,12}");

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
