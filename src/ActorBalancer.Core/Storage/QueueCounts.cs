namespace ActorBalancer.Storage;

/// <summary>Jobs of a queue that are not final, and the dead ones that are kept.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Ready">Waiting or running.</param>
/// <param name="Later">Scheduled or retrying, due ones included until they have run.</param>
/// <param name="Dead">Given up.</param>
internal readonly record struct QueueCounts(string Queue, long Ready, long Later, long Dead);
