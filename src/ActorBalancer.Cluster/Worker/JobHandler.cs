namespace ActorBalancer.Cluster.Worker;

/// <summary>Runs one attempt; every way to write a handler ends as one of these.</summary>
internal delegate ValueTask<JobOutcome> JobHandler(ReadOnlyMemory<byte> payload, JobContext job);
