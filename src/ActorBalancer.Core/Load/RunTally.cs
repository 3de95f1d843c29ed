namespace ActorBalancer.Load;

/// <summary>What became of the runs of one kind at one worker since a router last told the metrics actor.</summary>
/// <param name="WorkerIncarnation">The worker's process.</param>
/// <param name="Kind">The jobs' kind.</param>
/// <param name="Succeeded">Runs that succeeded or were discarded: the handler worked.</param>
/// <param name="Failed">Runs that failed or asked for a retry.</param>
/// <param name="LogSum">The natural logarithms of the durations of the succeeded ones in microseconds, added up.</param>
/// <param name="LogSquares">The squares of those logarithms, added up.</param>
internal readonly record struct RunTally(long WorkerIncarnation, string Kind, int Succeeded, int Failed, double LogSum, double LogSquares);
