using ActorBalancer.Cluster.Metrics;

namespace ActorBalancer.Cluster.Tests.Metrics;

public sealed class CgroupLimitsTests
{
    private readonly FakeSystem _system = new();

    [Fact]
    public void Without_control_groups_there_are_no_limits() => Assert.Equal(new CgroupLimits(null, null), CgroupLimits.Read(_system));

    [Fact]
    public void Version_2_in_a_container_reads_the_root_of_the_mount()
    {
        _system.Files["/proc/self/cgroup"] = "0::/\n";
        _system.Files["/sys/fs/cgroup/cpu.max"] = "150000 100000\n";
        _system.Files["/sys/fs/cgroup/memory.max"] = "536870912\n";
        Assert.Equal(new CgroupLimits(1.5, 536_870_912), CgroupLimits.Read(_system));
    }

    [Fact]
    public void Version_2_without_limits_says_max()
    {
        _system.Files["/proc/self/cgroup"] = "0::/user.slice/app.service\n";
        _system.Files["/sys/fs/cgroup/user.slice/app.service/cpu.max"] = "max 100000\n";
        _system.Files["/sys/fs/cgroup/user.slice/app.service/memory.max"] = "max\n";
        Assert.Equal(new CgroupLimits(null, null), CgroupLimits.Read(_system));
    }

    [Fact]
    public void The_least_along_the_path_counts()
    {
        _system.Files["/proc/self/cgroup"] = "0::/a.slice/b.service\n";
        _system.Files["/sys/fs/cgroup/a.slice/cpu.max"] = "50000 100000\n";
        _system.Files["/sys/fs/cgroup/a.slice/b.service/cpu.max"] = "400000 100000\n";
        _system.Files["/sys/fs/cgroup/a.slice/memory.max"] = "2000000\n";
        _system.Files["/sys/fs/cgroup/a.slice/b.service/memory.max"] = "1000000\n";
        Assert.Equal(new CgroupLimits(0.5, 1_000_000), CgroupLimits.Read(_system));
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("cpu,cpuacct")]
    public void Version_1_has_a_folder_a_controller(string mount)
    {
        _system.Files["/proc/self/cgroup"] = "9:name=systemd:/\n4:cpu,cpuacct:/docker/f00\n3:memory:/docker/f00\n";
        _system.Files[$"/sys/fs/cgroup/{mount}/docker/f00/cpu.cfs_quota_us"] = "250000\n";
        _system.Files[$"/sys/fs/cgroup/{mount}/docker/f00/cpu.cfs_period_us"] = "100000\n";
        _system.Files["/sys/fs/cgroup/memory/docker/f00/memory.limit_in_bytes"] = "1073741824\n";
        Assert.Equal(new CgroupLimits(2.5, 1_073_741_824), CgroupLimits.Read(_system));
    }

    [Fact]
    public void Version_1_in_a_container_names_a_path_that_is_not_there()
    {
        _system.Files["/proc/self/cgroup"] = "4:cpu:/docker/f00\n3:memory:/docker/f00\n";
        _system.Files["/sys/fs/cgroup/cpu/cpu.cfs_quota_us"] = "100000\n";
        _system.Files["/sys/fs/cgroup/cpu/cpu.cfs_period_us"] = "100000\n";
        _system.Files["/sys/fs/cgroup/memory/memory.limit_in_bytes"] = "1000\n";
        Assert.Equal(new CgroupLimits(1, 1_000), CgroupLimits.Read(_system));
    }

    [Fact]
    public void Version_1_without_limits_says_minus_one_and_the_largest_number_of_pages()
    {
        _system.Files["/proc/self/cgroup"] = "2:cpu:/\n3:memory:/\n0::/\n";
        _system.Files["/sys/fs/cgroup/cpu/cpu.cfs_quota_us"] = "-1\n";
        _system.Files["/sys/fs/cgroup/cpu/cpu.cfs_period_us"] = "100000\n";
        _system.Files["/sys/fs/cgroup/memory/memory.limit_in_bytes"] = "9223372036854771712\n";
        Assert.Equal(new CgroupLimits(null, null), CgroupLimits.Read(_system));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("0::relative/path")]
    [InlineData("::::")]
    public void What_cannot_be_read_is_no_limit(string text)
    {
        _system.Files["/proc/self/cgroup"] = text;
        _system.Files["/sys/fs/cgroup/cpu.max"] = "0 0 0";
        _system.Files["/sys/fs/cgroup/memory.max"] = "-5";
        Assert.Equal(new CgroupLimits(null, null), CgroupLimits.Read(_system));
    }
}
