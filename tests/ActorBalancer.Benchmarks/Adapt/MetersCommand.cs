using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorBalancer.Benchmarks.Durable;
using ActorBalancer.Client;
using ActorBalancer.Node.Processes;

namespace ActorBalancer.Benchmarks.Adapt;

/// <summary>
/// The <c>meters</c> command: processors and memory of real workers in the list of workers, beside what the system says of the same processes over
/// the same time. One is free, one has a quota of half a processor and a limit of memory, where control groups can be made.
/// </summary>
internal static class MetersCommand
{
    private const double Quota = 0.5;
    private const long MemoryLimit = 512L << 20;
    private const double Goal = 0.1;

    // A sample is shown one to two seconds after the time that it is about. So the workers are idle in the beginning and in the end.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ([] or ["--json"]))
        {
            Console.Error.WriteLine("usage: ActorBalancer.Benchmarks meters [--json]");
            return 2;
        }
        await using ChildNode router = ChildNode.Start(
            "router", typeof(ChildNode).Assembly.Location, ["--role", "router", "--port", "0", "--bind", "127.0.0.1"], [new("ACTORBALANCER__STORE", "memory")]);
        ReadyLine ready = await router.Ready;
        using ControlGroup? group = ControlGroup.TryCreate($"actorbalancer-meters-{Environment.ProcessId}", out string? problem);
        group?.Limit(Quota);
        group?.LimitMemory(MemoryLimit);
        if (group is null)
            Console.Error.WriteLine($"no limits can be set here ({problem}): both workers are free");
        List<AdaptWorker> workers = [];
        try
        {
            long turns = AdaptWorker.Calibrate();
            workers.Add(AdaptWorker.Start("free", ready.Seed, turns));
            workers.Add(AdaptWorker.Start("limited", ready.Seed, turns));
            group?.Add(workers[1].Pid);
            using BalancerClient client = new(new Uri(ready.Http!));
            IReadOnlyList<MeterFigures> figures = await CompareAsync(client, workers, group);
            if (args.Length > 0)
                Console.WriteLine(JsonSerializer.Serialize(figures, AdaptJson.Default.IReadOnlyListMeterFigures));
            else
                Show(figures, group);
            return figures.All(f => Error(f.CpuShown, f.CpuSystem) <= Goal && Error(f.MemoryShown, f.MemorySystem) <= Goal && Error(f.MemoryShareShown, f.MemoryShareSystem) <= Goal) ? 0 : 1;
        }
        finally
        {
            foreach (AdaptWorker worker in workers)
                worker.Dispose();
        }
    }

    private static async Task<IReadOnlyList<MeterFigures>> CompareAsync(BalancerClient client, List<AdaptWorker> workers, ControlGroup? group)
    {
        while ((await client.ListWorkersAsync()).Count(w => w.State == "up") < workers.Count)
            await Task.Delay(LookEvery);
        await Task.Delay(Idle, CancellationToken.None);
        using CancellationTokenSource end = new(Time - Idle);
        Task load = LoadAsync(client, end.Token);
        List<WorkerDetails>[] looks = [.. workers.Select(_ => new List<WorkerDetails>())];
        List<double>[] resident = [.. workers.Select(_ => new List<double>())];
        double[] before = [.. workers.Select(w => ProcessorSeconds(w.Pid))];
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Time)
        {
            await Task.Delay(LookEvery, CancellationToken.None);
            IReadOnlyList<WorkerDetails> shown = await client.ListWorkersAsync();
            for (int i = 0; i < workers.Count; i++)
            {
                looks[i].Add(shown.Single(w => w.Name == workers[i].Name));
                resident[i].Add(ResidentBytes(workers[i].Pid));
            }
        }
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double[] after = [.. workers.Select(w => ProcessorSeconds(w.Pid))];
        await load;
        return [.. workers.Select((worker, i) =>
        {
            bool isLimited = i == 1 && group is not null;
            double allowed = isLimited ? Quota : Environment.ProcessorCount;
            double memory = isLimited ? MemoryLimit : MachineBytes();
            return new MeterFigures(
                worker.Name, isLimited ? $"{Quota.ToString(CultureInfo.InvariantCulture)} processors, {MemoryLimit >> 20} MiB" : "none", looks[i].Count,
                looks[i].Average(l => l.Load!.Cpu!.Value), (after[i] - before[i]) / seconds / allowed,
                looks[i].Average(l => l.Load!.MemoryBytes!.Value), resident[i].Average(),
                looks[i].Average(l => l.Load!.Memory!.Value), resident[i].Average() / memory);
        })];
    }

    /// <summary>Jobs that want more than the quota, so that it is what bounds one of them.</summary>
    private static async Task LoadAsync(BalancerClient client, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            QueueDetails? queue = await client.ListQueuesAsync(CancellationToken.None) is [var first, ..] ? first : null;
            for (long i = queue?.Waiting ?? 0; i < 8; i++)
                await client.SubmitAsync(new JobSubmission { Kind = AdaptWorker.Kind, Payload = Encoding.UTF8.GetBytes("""{"ms":30}""") }, CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(30), CancellationToken.None);
        }
    }

    private static void Show(IReadOnlyList<MeterFigures> figures, ControlGroup? group)
    {
        Line($"{Machine.Line}; load of the machine {Machine.Load():0.0}; control groups: {group?.Version ?? "none can be made"}");
        Line($"{"worker",-9}{"may use",-26}{"cpu shown",10}{"system",8}{"",6}{"MB shown",10}{"system",8}{"",6}{"share shown",13}{"system",8}{"",6}");
        foreach (MeterFigures f in figures)
        {
            Line($"{f.Worker,-9}{f.Limits,-26}{f.CpuShown * 100,9:0.0}%{f.CpuSystem * 100,7:0.0}%{Off(f.CpuShown, f.CpuSystem),6}{f.MemoryShown / 1e6,10:0.0}{f.MemorySystem / 1e6,8:0.0}{Off(f.MemoryShown, f.MemorySystem),6}{f.MemoryShareShown * 100,12:0.0}%{f.MemoryShareSystem * 100,7:0.0}%{Off(f.MemoryShareShown, f.MemoryShareSystem),6}");
        }
    }

    private static string Off(double shown, double system) => string.Create(CultureInfo.InvariantCulture, $"{(shown / system) - 1:+0%;-0%;0%}");

    private static double Error(double shown, double system) => Math.Abs((shown / system) - 1);

    /// <summary>Fields 14 and 15, in hundredths of a second (proc_pid_stat(5)).</summary>
    private static double ProcessorSeconds(int pid)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    private static double ResidentBytes(int pid) => Kilobytes($"/proc/{pid}/status", "VmRSS:") * 1_024;

    private static double MachineBytes() => Kilobytes("/proc/meminfo", "MemTotal:") * 1_024;

    private static double Kilobytes(string file, string name) =>
        double.Parse(File.ReadLines(file).First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
