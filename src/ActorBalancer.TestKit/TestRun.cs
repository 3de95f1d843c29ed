using ActorBalancer.Work;

namespace ActorBalancer.Testing;

/// <summary>A handler that runs. Virtual time moves only while all of them wait for it, or for other jobs.</summary>
internal sealed class TestRun(Action changed)
{
    private static readonly AsyncLocal<TestRun?> s_current = new();
    private int _waits;

    /// <summary>The run that the calling code belongs to; null: it is the test's own.</summary>
    public static TestRun? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    public required JobContext Job { get; set; }

    public required string Kind { get; init; }

    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Where it runs; null: it was called by itself, for no job.</summary>
    public TestWorker? Worker { get; init; }

    public int Slot { get; init; }

    /// <summary>What the handler said, where it came to that.</summary>
    public JobOutcome? Outcome { get; set; }

    public Exception? Exception { get; set; }

    /// <summary>The result that the handler has given in a transaction of its own.</summary>
    public ReadOnlyMemory<byte>? Completed { get; set; }

    /// <summary>What it submitted in that transaction.</summary>
    public JobBatch? CompletedSubmits { get; set; }

    /// <summary>Set when it has ended, for one that was called by itself.</summary>
    public RunEnd? End { get; set; }

    /// <summary>It did nothing for so long that the time moves without it.</summary>
    public bool IsStalled { get; set; }

    public bool IsWaiting => IsStalled || Volatile.Read(ref _waits) > 0;

    public void Park()
    {
        Interlocked.Increment(ref _waits);
        IsStalled = false;
        changed();
    }

    public void Unpark() => Interlocked.Decrement(ref _waits);
}
