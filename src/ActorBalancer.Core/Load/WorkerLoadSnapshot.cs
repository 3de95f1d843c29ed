namespace ActorBalancer.Load;

/// <summary>
/// What a worker says of itself whenever the metrics actor asks, on that actor's thread. Totals since the start, so that
/// whoever asks more or less often misses nothing.
/// </summary>
/// <param name="Running">Jobs in slots.</param>
/// <param name="Queued">Jobs that wait for a slot.</param>
/// <param name="Finished">Jobs that finished since the start.</param>
/// <param name="ServiceMicros">The time that the finished ones ran, added up, in microseconds.</param>
internal readonly record struct WorkerLoadSnapshot(int Running, int Queued, long Finished, long ServiceMicros);
