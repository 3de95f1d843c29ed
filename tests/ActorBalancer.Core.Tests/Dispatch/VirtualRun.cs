using ActorBalancer.Work;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>A run that started at a worker.</summary>
internal sealed record VirtualRun(long Key, string Worker, long Incarnation, RunToken Token, string Kind, long Started)
{
    public long Ended { get; set; } = -1;
}
