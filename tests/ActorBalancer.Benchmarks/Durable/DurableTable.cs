using System.Globalization;
using ActorBalancer.Benchmarks.Dispatch;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>The figures for people.</summary>
internal static class DurableTable
{
    public static void Print(TextWriter output, DurableFigures figures)
    {
        OurFigures ours = figures.Ours;
        Line($"{figures.Machine}; load average before {figures.LoadBefore:0.0}");
        Line($"{figures.Store}: {Payloads.Size}-byte jobs, submit + commit + run + commit, 3 worker processes, every result verified, history kept");
        Line($"{"",-24}{"jobs/s",10}{"ours/it",9}{"run only/s",12}{"ours/it",9}");
        Line($"{"ours",-24}{ours.JobsPerS,10:0}      ({ours.VerifiedJobs} jobs, submit to known end p50 {ours.UnderLoadP50Ms:0} ms, p99 {ours.UnderLoadP99Ms:0} ms)");
        if (figures.Peers is { } peers)
        {
            Peer("Hangfire, 20 workers", peers.Hangfire);
            Peer("graphile-worker", peers.GraphileDefault);
            Peer("graphile-worker, tuned", peers.GraphileTuned);
        }
        if (ours.CpuUsPerJob is { } cpu)
            Line($"processors, us a job: client and router {cpu.Router:0.0}, store in it {cpu.Store:0.0}, workers {cpu.Workers:0.0}, database server {cpu.Server:0.0}");
        Line($"{"ms",-24}{"accepted p50",14}{"p99",9}{"started p50",14}{"p99",9}");
        Latency("one at a time", ours.OneAtATime);
        Latency("5,000/s, 16 clients", ours.Paced);

        void Peer(string name, PeerFigures? f)
        {
            if (f is null)
                Line($"{name,-24}{"-",10}");
            else
                Line($"{name,-24}{f.JobsPerS,10:0}{f.Ratio,9:0.0}{f.RunPerS,12:0}{f.RatioRun,9:0.0}");
        }

        void Latency(string name, LatencyFigures f) =>
            Line($"{name,-24}{f.AcceptedP50Ms,14:0.00}{f.AcceptedP99Ms,9:0.00}{f.StartP50Ms,14:0.00}{f.StartP99Ms,9:0.00}   ({f.JobsPerS:0} jobs/s)");

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }
}
