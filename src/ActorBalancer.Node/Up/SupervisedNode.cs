using ActorBalancer.Node.Processes;

namespace ActorBalancer.Node.Up;

/// <summary>A child node that is started again when it ends by itself, sooner at first and later if it keeps ending.</summary>
internal sealed class SupervisedNode : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // Who lived so long did not fail at its start.
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    private readonly Func<ReadyLine?, ChildNode> _start;
    private readonly Action<string> _tell;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private ChildNode _node;
    private Task _supervision = Task.CompletedTask;

    /// <param name="name">Its name.</param>
    /// <param name="start">Starts a process of it; is told what the one before said when it was ready, null if it never was.</param>
    /// <param name="tell">Is told when it ends and comes back.</param>
    /// <param name="clock">For the pauses between two starts.</param>
    public SupervisedNode(string name, Func<ReadyLine?, ChildNode> start, Action<string> tell, TimeProvider clock)
    {
        (Name, _start, _tell, _clock) = (name, start, tell, clock);
        _node = start(null);
    }

    public string Name { get; }

    /// <summary>What its newest process that was ready said.</summary>
    public ReadyLine? Ready { get; private set; }

    /// <summary>Waits for its first process; from then on it is started again when it ends.</summary>
    /// <exception cref="ChildNodeException">It ended before it was ready.</exception>
    public async Task<ReadyLine> ReadyAsync(CancellationToken cancellation)
    {
        Ready = await _node.Ready.WaitAsync(cancellation);
        _supervision = SuperviseAsync();
        return Ready;
    }

    /// <summary>Its process's exit code, where it ended before it was ready.</summary>
    public int? ExitCode => _node.HasExited ? _node.ExitCode : null;

    /// <summary>Asks it to stop and waits until it has; one that is not done in time is killed.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        lock (_gate)
            _stop.Cancel();
        _node.Stop();
        try
        {
            await _node.WaitForExitAsync().WaitAsync(patience, _clock);
        }
        catch (TimeoutException)
        {
            _tell($"{Name} (process {_node.Pid}) has not stopped within {patience.TotalSeconds:0} s and is killed.");
            _node.Kill();
            await _node.WaitForExitAsync();
        }
        await _supervision;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _stop.Cancel();
        _node.Kill();
        await _supervision.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _node.DisposeAsync();
        _stop.Dispose();
    }

    private async Task SuperviseAsync()
    {
        TimeSpan pause = FirstPause;
        long began = _clock.GetTimestamp();
        while (true)
        {
            await _node.WaitForExitAsync();
            if (_stop.IsCancellationRequested)
                return;
            pause = _clock.GetElapsedTime(began) >= Settled ? FirstPause : pause;
            _tell($"{Name} (process {_node.Pid}) ended with exit code {_node.ExitCode}; it is started again in {pause.TotalSeconds:0.#} s.");
            await Task.Delay(pause, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
            began = _clock.GetTimestamp();
            if (!await StartAgainAsync())
                return;
        }
    }

    /// <summary>False where it is to stop. One that ends before it is ready has only ended once more.</summary>
    private async Task<bool> StartAgainAsync()
    {
        ReadyLine? last = _node.Ready.IsCompletedSuccessfully ? Ready : null;
        ChildNode old = _node;
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
                return false;
            try
            {
                _node = _start(last);
            }
            catch (Exception e)
            {
                // The old one, which has ended, stands for it: another start follows after a longer pause.
                _tell($"{Name} cannot be started: {e.Message}");
                return true;
            }
        }
        await old.DisposeAsync();
        try
        {
            Ready = await _node.Ready;
            _tell($"{Name} is back as process {Ready.Pid}.");
        }
        catch (ChildNodeException)
        {
            // Its exit is seen by the one who waits for it.
        }
        return true;
    }
}
