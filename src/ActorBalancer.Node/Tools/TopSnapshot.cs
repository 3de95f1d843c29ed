using ActorBalancer.Client;

namespace ActorBalancer.Node.Tools;

/// <summary>What <c>top</c> shows of an interval.</summary>
/// <param name="At">Its end.</param>
/// <param name="JobsPerS">Attempts that finished in it, a second.</param>
/// <param name="P50Ms">Half of the sampled jobs that succeeded in it took no longer from submit to end; null: none did.</param>
/// <param name="P99Ms">99 of 100 of them took no longer.</param>
/// <param name="InFlight">Jobs at workers, over all of them.</param>
/// <param name="Waiting">Jobs that could run now.</param>
/// <param name="Scheduled">Jobs that wait for their time.</param>
/// <param name="Dead">Jobs given up.</param>
/// <param name="Workers">Each of them.</param>
/// <param name="Queues">Each of them.</param>
internal sealed record TopSnapshot(
    DateTimeOffset At, double JobsPerS, double? P50Ms, double? P99Ms, long InFlight, long Waiting, long Scheduled, long Dead,
    IReadOnlyList<TopWorker> Workers, IReadOnlyList<QueueDetails> Queues);
