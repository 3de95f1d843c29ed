using System.Globalization;
using ActorBalancer.Cluster.Metrics;
using ActorBalancer.Load;

namespace ActorBalancer.Cluster.Tests.Metrics;

public sealed class ProcessSamplerTests
{
    private readonly FakeSystem _system = new();
    private readonly ManualTime _time = new();
    private WorkerLoadSnapshot _load;

    [Fact]
    public void Cpu_is_the_share_of_the_processors_since_the_last_sample()
    {
        ProcessSampler sampler = Sampler();
        Pass(seconds: 1, cpuSeconds: 2);
        Assert.Equal(0.5, sampler.Take().Cpu, 6);
        Pass(seconds: 2, cpuSeconds: 2);
        Assert.Equal(0.25, sampler.Take().Cpu, 6);
        Pass(seconds: 1, cpuSeconds: 0);
        Assert.Equal(0, sampler.Take().Cpu);
    }

    [Fact]
    public void Cpu_is_the_share_of_the_quota_where_there_is_one()
    {
        _system.Files["/proc/self/cgroup"] = "0::/";
        _system.Files["/sys/fs/cgroup/cpu.max"] = "50000 100000";
        ProcessSampler sampler = Sampler();
        Pass(seconds: 1, cpuSeconds: 0.25);
        Assert.Equal(0.5, sampler.Take().Cpu, 6);
        Pass(seconds: 1, cpuSeconds: 0.7);
        Assert.Equal(1, sampler.Take().Cpu);
    }

    [Fact]
    public void A_quota_above_the_processors_does_not_make_more_of_them()
    {
        _system.Files["/proc/self/cgroup"] = "0::/";
        _system.Files["/sys/fs/cgroup/cpu.max"] = "6400000 100000";
        ProcessSampler sampler = Sampler();
        Pass(seconds: 1, cpuSeconds: 4);
        Assert.Equal(1, sampler.Take().Cpu);
    }

    [Fact]
    public void Two_samples_at_one_moment_do_not_divide_by_zero()
    {
        ProcessSampler sampler = Sampler();
        _system.CpuTime += TimeSpan.FromSeconds(1);
        Assert.Equal(0, sampler.Take().Cpu);
    }

    [Fact]
    public void The_memory_limit_is_the_groups_or_the_machines_or_what_the_runtime_knows()
    {
        Assert.Equal(8_000_000, Sampler().Take().MemoryLimitBytes);
        _system.Files["/proc/meminfo"] = "MemFree:  1 kB\nMemTotal:       16384 kB\nMemAvailable:   1000 kB\n";
        Assert.Equal(16_384 * 1_024, Sampler().Take().MemoryLimitBytes);
        _system.Files["/proc/self/cgroup"] = "0::/";
        _system.Files["/sys/fs/cgroup/memory.max"] = "1000000";
        Assert.Equal(1_000_000, Sampler().Take().MemoryLimitBytes);
        _system.Files["/sys/fs/cgroup/memory.max"] = "100000000000";
        Assert.Equal(16_384 * 1_024, Sampler().Take().MemoryLimitBytes);
        _system.Files["/proc/meminfo"] = "MemTotal: a lot";
        _system.Files.Remove("/proc/self/cgroup");
        Assert.Equal(8_000_000, Sampler().Take().MemoryLimitBytes);
    }

    [Fact]
    public void Service_time_is_the_mean_of_the_jobs_since_the_last_sample()
    {
        ProcessSampler sampler = Sampler();
        _load = new WorkerLoadSnapshot(Running: 2, Queued: 3, Finished: 10, ServiceMicros: 1_000);
        NodeSample first = sampler.Take();
        Assert.Equal((2, 3, 10L, 100L), (first.Running, first.Queued, first.Finished, first.ServiceMicros));

        _load = new WorkerLoadSnapshot(Running: 0, Queued: 0, Finished: 12, ServiceMicros: 1_500);
        Assert.Equal(250, sampler.Take().ServiceMicros);
        Assert.Equal(0, sampler.Take().ServiceMicros);
    }

    [Fact]
    public void A_node_that_is_no_worker_has_no_jobs_and_no_incarnation()
    {
        NodeSample sample = new ProcessSampler(_system, _time, "r1", 0, null).Take();
        Assert.Equal(("r1", 0L, 0, 0L), (sample.Node, sample.WorkerIncarnation, sample.Running, sample.Finished));
    }

    [Fact]
    public void The_real_process_is_measured()
    {
        SystemSource source = new();
        ProcessSampler sampler = new(source, TimeProvider.System, "w1", 7, () => default);
        TimeSpan before = source.CpuTime;
        while (source.CpuTime == before) Thread.SpinWait(10_000);
        NodeSample sample = sampler.Take();

        Assert.True(source.CpuTime > before);
        Assert.InRange(sample.Cpu, double.Epsilon, 1);
        Assert.InRange(sample.MemoryBytes, 1, sample.MemoryLimitBytes);
        if (!OperatingSystem.IsLinux()) return;

        // Other tests allocate meanwhile, so only the order of magnitude is compared.
        long resident = Kilobytes("/proc/self/status", "VmRSS:") * 1_024;
        Assert.InRange(sample.MemoryBytes, resident / 4, resident * 4);
        Assert.InRange(sample.MemoryLimitBytes, 1, Kilobytes("/proc/meminfo", "MemTotal:") * 1_024);
    }

    [Fact]
    public void Cpu_time_is_what_the_system_counts_over_the_same_interval()
    {
        if (!OperatingSystem.IsLinux()) return;
        const double Hour = 3_600;
        SystemSource source = new();
        double before = SystemSeconds();
        ProcessSampler sampler = new(source, _time, "w1", 7, () => default);
        double begun = SystemSeconds();
        while (SystemSeconds() - begun < 0.5) Thread.SpinWait(10_000);
        _time.Advance(TimeSpan.FromSeconds(Hour));
        double ended = SystemSeconds();
        NodeSample sample = sampler.Take();
        double after = SystemSeconds();

        // Whatever else this process does meanwhile is in all of them. The system counts in hundredths.
        double allowed = Math.Min(CgroupLimits.Read(source).Cpus ?? double.MaxValue, source.Processors);
        Assert.InRange(sample.Cpu * Hour * allowed, ended - begun - 0.03, after - before + 0.03);
    }

    [Theory]
    [InlineData("Name:\tx\nCpus_allowed_list:\t0-3,8\nMems_allowed:\t1\n", 5)]
    [InlineData("Cpus_allowed_list:\t7\n", 1)]
    [InlineData("Cpus_allowed_list:\t0-1", 2)]
    [InlineData("Cpus_allowed_list:\t\n", null)]
    [InlineData("Cpus_allowed_list:\t3-1\n", null)]
    [InlineData("Cpus_allowed:\tff\n", null)]
    [InlineData(null, null)]
    public void Processors_are_those_that_the_system_allows(string? status, int? count) => Assert.Equal(count, AllowedProcessors.Count(status));

    /// <summary>User and system time of this process: fields 14 and 15 of its stat, in hundredths of a second (proc_pid_stat(5)).</summary>
    private static double SystemSeconds()
    {
        string stat = File.ReadAllText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    private static long Kilobytes(string file, string name) => long.Parse(
        File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal),
        CultureInfo.InvariantCulture);

    private ProcessSampler Sampler() => new(_system, _time, "w1", 7, () => _load);

    private void Pass(double seconds, double cpuSeconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _system.CpuTime += TimeSpan.FromSeconds(cpuSeconds);
    }
}
