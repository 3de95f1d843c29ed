namespace ActorBalancer.Simulator.Tests.Engine;

/// <summary>A job with times in whole microseconds.</summary>
internal sealed record TimedJob(long AtMicros, long ServiceMicros, string Source);
