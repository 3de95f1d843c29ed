using System.Globalization;
using System.Text;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Kinds;

/// <summary>Whatever is killed, no command outlives its worker. A worker of its own for each test.</summary>
public sealed class GuardTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly ExecCluster _cluster = new();
    private readonly string _file = Path.GetTempFileName();

    // The shell, a child in its group, a child with a child, and one that has left for a session of its own.
    private string Family => $"sleep 999 & a=$!; sh -c 'sleep 999 & wait' & b=$!; setsid sleep 999 & echo $$ $a $b $! >> {_file}; wait";

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        File.Delete(_file);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Everything_below_a_killed_worker_is_gone_also_if_it_was_stopped_before(bool stopped)
    {
        await _cluster.Cluster.Client.SubmitAsync(ExecCluster.Shell(Family));
        int[] family = await ExecCluster.NumbersIn(_file, 4);
        int guard = _cluster.Guard;
        Assert.Contains(family[0], ProcessTable.ChildrenOf(guard));

        if (stopped)
            Signals.Send(_cluster.Worker.Pid, Signals.Stop);
        Signals.Send(_cluster.Worker.Pid, Signals.Kill);
        long began = TimeProvider.System.GetTimestamp();
        await Eventually.IsTrue(() => !family.Append(guard).Any(ProcessTable.Lives), "the command's processes and the guard are gone");
        output.WriteLine($"all gone {TimeProvider.System.GetElapsedTime(began).TotalMilliseconds:0} ms after the kill");
    }

    [Fact]
    public async Task A_killed_guard_fails_its_attempts_ends_its_commands_and_is_replaced()
    {
        JobId id = await _cluster.Cluster.Client.SubmitAsync(ExecCluster.Shell(Family));
        int[] family = await ExecCluster.NumbersIn(_file, 4);
        int guard = _cluster.Guard;

        Signals.Send(guard, Signals.Kill);
        JobResult result = await _cluster.Cluster.Client.WaitAsync(id).WaitAsync(Eventually.Deadline);
        Assert.Equal((JobState.Dead, "the worker's guard process was killed, and the command was ended with it"), (result.State, result.Error));
        // Not soon, but by now: nothing may run twice at once.
        Assert.DoesNotContain(family, ProcessTable.Lives);

        JobResult next = await _cluster.RunAsync(ExecCluster.Shell("echo $PPID"));
        int second = int.Parse(Encoding.ASCII.GetString(next.Result.Span), CultureInfo.InvariantCulture);
        Assert.Equal(second, _cluster.Guard);
        Assert.NotEqual(guard, second);
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_drains_and_takes_its_guard_along()
    {
        JobId id = await _cluster.Cluster.Client.SubmitAsync(ExecCluster.Shell($"echo $$ >> {_file}; sleep 1; echo done"));
        await ExecCluster.NumbersIn(_file, 1);
        int guard = _cluster.Guard;
        // As a supervisor does that tells all processes of a service: the guard must not go first.
        Signals.Send(guard, Signals.Terminate);
        Signals.Send(_cluster.Worker.Pid, Signals.Terminate);

        Assert.Equal("done\n", Encoding.ASCII.GetString((await _cluster.Cluster.Client.WaitAsync(id).WaitAsync(Eventually.Deadline)).Result.Span));
        await _cluster.Worker.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.Equal(0, _cluster.Worker.ExitCode);
        await Eventually.IsTrue(() => !ProcessTable.Lives(guard), "the guard is gone");
    }
}
