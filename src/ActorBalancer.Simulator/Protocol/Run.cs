using ActorBalancer.Work;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>One run of a job, as it really was.</summary>
internal sealed class Run(int id, AssignedJob job, RunToken token, WorkerNode worker, long startedAt)
{
    public int Id { get; } = id;

    public AssignedJob Job { get; } = job;

    public RunToken Token { get; } = token;

    public WorkerNode Worker { get; } = worker;

    public long StartedAt { get; } = startedAt;

    /// <summary>When its handler ended, or its process; -1: not yet.</summary>
    public long EndedAt { get; set; } = -1;

    public bool IsRecorded { get; set; }

    /// <summary>It came so late that another router owned its queue by then.</summary>
    public bool IsStale { get; init; }

    /// <summary>It was told to end.</summary>
    public bool IsCancelled { get; set; }

    public override string ToString() => $"run {Id} of {Words.Id(Job.Key)} at {Worker}, attempt {Job.Attempt}";
}
