using System.Globalization;
using BenchmarkDotNet.Reports;

namespace ActorBalancer.Benchmarks.Pick;

/// <summary>The compact table at the end: ours beside the nearest of theirs, in nanoseconds a pick, with the ratio theirs / ours.</summary>
internal static class PickTable
{
    private static readonly (string Strategy, string? Akka, string? Yarp, int Goal)[] Rows =
    [
        ("round-robin", "RoundRobin", "RoundRobin", 20),
        ("random", "Random", "Random", 20),
        (OurPicks.TwoChoices, null, "PowerOfTwoChoices", 0),
        ("weighted-round-robin", null, null, 60),
        ("least-connections", "SmallestMailbox", "LeastRequests", 60),
        ("source-hash", "ConsistentHashing", null, 150),
    ];

    /// <summary>Prints the table; false when a benchmark failed to run.</summary>
    public static bool Print(Summary[] summaries)
    {
        var reports = summaries.SelectMany(summary => summary.Reports).ToArray();
        Console.WriteLine();
        Console.WriteLine("Median ns a pick: ours with start and finish, theirs the pick alone; ratio = theirs / ours; B = bytes allocated by ours");
        Console.WriteLine($"{"strategy",-22}{"workers",8}{"ours",8}{"goal",6}{"B",4}{"Akka.NET",10}{"ratio",7}{"YARP",8}{"ratio",7}");
        foreach (var (strategy, akka, yarp, goal) in Rows)
        {
            foreach (int workers in new[] { 10, 100, 1000 })
            {
                double ours = Median(reports, strategy, workers);
                double theirs = Median(reports, akka, workers, nameof(AkkaPicks));
                double yarps = Median(reports, yarp, workers, nameof(YarpPicks));
                string goalText = goal == 0 ? "-" : goal.ToString(CultureInfo.InvariantCulture);
                string line = $"{strategy,-22}{workers,8}{Text(ours, 1),8}{goalText,6}{Bytes(reports, strategy, workers),4}"
                    + $"{Text(theirs, 1),10}{Text(theirs / ours, 1),7}{Text(yarps, 1),8}{Text(yarps / ours, 1),7}";
                Console.WriteLine(line);
            }
        }

        return reports.All(report => report.Success);
    }

    private static BenchmarkReport? Find(BenchmarkReport[] reports, string? name, int workers, string type) => reports.FirstOrDefault(report =>
        report.BenchmarkCase.Descriptor.Type.Name == type
        && report.BenchmarkCase.Parameters.Items.Any(p => p.Value is string text && text == name)
        && report.BenchmarkCase.Parameters.Items.Any(p => p.Value is int n && n == workers));

    private static double Median(BenchmarkReport[] reports, string? name, int workers, string type = nameof(OurPicks)) =>
        Find(reports, name, workers, type)?.ResultStatistics?.Median ?? double.NaN;

    private static string Bytes(BenchmarkReport[] reports, string name, int workers)
    {
        var report = Find(reports, name, workers, nameof(OurPicks));
        return report?.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase)?.ToString(CultureInfo.InvariantCulture) ?? "?";
    }

    private static string Text(double number, int digits) =>
        double.IsNaN(number) ? "-" : number.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
