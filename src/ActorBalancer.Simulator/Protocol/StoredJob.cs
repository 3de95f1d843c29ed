namespace ActorBalancer.Simulator.Protocol;

/// <summary>A job as the store really has it, and all that happened to it.</summary>
internal sealed class StoredJob(long key, ClientJob client)
{
    public long Key { get; } = key;

    public ClientJob Client { get; } = client;

    /// <summary>The highest attempt that is recorded.</summary>
    public int Attempts { get; set; }

    public bool IsFinal { get; set; }

    /// <summary>By hand, once or more.</summary>
    public bool WasReopened { get; set; }

    public List<Run> Runs { get; } = [];

    /// <summary>The newest token that each incarnation gave for it.</summary>
    public Dictionary<long, RunToken> Given { get; } = [];

    public RunToken Newest { get; set; }

    public override string ToString() => $"{Words.Id(Key)} ({Client})";
}
