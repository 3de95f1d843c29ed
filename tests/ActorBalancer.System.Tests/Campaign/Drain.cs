using System.Collections.Concurrent;
using ActorBalancer.SystemTests.Campaign.Checking;
using ActorBalancer.SystemTests.Campaign.Loading;
using ActorBalancer.SystemTests.Campaign.Staging;

namespace ActorBalancer.SystemTests.Campaign;

/// <summary>Waits until every accepted job is final. A job that does not become final is taken as it is: that is for the checker.</summary>
internal static class Drain
{
    private const int AtOnce = 8;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <param name="stage">The cluster, healed.</param>
    /// <param name="api">The way to it.</param>
    /// <param name="submissions">Whose jobs.</param>
    /// <param name="withoutProgress">For how long no job has become final when it gives up.</param>
    public static async Task<IReadOnlyDictionary<string, JobHistory>> FinishAsync(Stage stage, StageApi api, IReadOnlyList<Submission> submissions, TimeSpan withoutProgress)
    {
        ConcurrentDictionary<string, JobHistory> histories = [];
        string[] open = [.. submissions.SelectMany(s => s.Ids).Distinct()];
        long progress = TimeProvider.System.GetTimestamp();
        while (open.Length > 0 && TimeProvider.System.GetElapsedTime(progress) < withoutProgress)
        {
            await Parallel.ForEachAsync(open, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (id, _) =>
            {
                if (await api.JobAsync(stage.Routers, id) is { } history)
                    histories[id] = history;
            });
            string[] left = [.. open.Where(id => !histories.TryGetValue(id, out JobHistory? history) || !history.IsFinal)];
            if (left.Length < open.Length)
                progress = TimeProvider.System.GetTimestamp();
            open = left;
            if (open.Length > 0)
                await Task.Delay(Poll);
        }
        return histories;
    }
}
