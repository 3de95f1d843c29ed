namespace ActorBalancer.Testing;

/// <summary>One timer of a <see cref="VirtualClock"/>. While it is pending, the run that made it waits for the time.</summary>
internal sealed class VirtualTimer : ITimer
{
    private readonly Lock _gate = new();
    private readonly VirtualClock _clock;
    private readonly Action _callback;
    private readonly TestRun? _owner = TestRun.Current;
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private TimeSpan _period;
    private long _version;
    private bool _isPending;
    private bool _isDisposed;

    public VirtualTimer(VirtualClock clock, Action callback)
    {
        _clock = clock;
        _callback = callback;
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return false;
            _version++;
            _period = period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan;
            SetPending(dueTime != Timeout.InfiniteTimeSpan);
            if (_isPending)
                _clock.Plan(this, _version, dueTime);
            return true;
        }
    }

    public bool IsPlanned(long version)
    {
        lock (_gate)
            return _isPending && version == _version;
    }

    public void Fire()
    {
        lock (_gate)
        {
            if (!_isPending)
                return;
            _version++;
            SetPending(_period != Timeout.InfiniteTimeSpan);
            if (_isPending)
                _clock.Plan(this, _version, _period);
        }
        // Whoever waits for it goes on within this call, on this thread.
        if (_context is null)
            _callback();
        else
            ExecutionContext.Run(_context, static callback => ((Action)callback!)(), _callback);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            SetPending(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private void SetPending(bool isPending)
    {
        if (isPending == _isPending)
            return;
        _isPending = isPending;
        if (isPending)
            _owner?.Park();
        else
            _owner?.Unpark();
    }
}
