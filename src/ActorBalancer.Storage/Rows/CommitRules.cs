using System.Runtime.InteropServices;

namespace ActorBalancer.Storage.Rows;

/// <summary>What every commit keeps to; one that does not is a bug of the caller, and nothing of it is stored.</summary>
internal static class CommitRules
{
    // The store hears neither that a job's time has come nor that it was assigned, so a stored job that is not final may by
    // now be waiting or running. These are the states that it can reach from there, and running is not one to be stored.
    private static readonly bool[] Legal =
        [.. Enum.GetValues<JobState>().Select(to => to != JobState.Running
            && (JobTransitions.IsLegal(JobState.Waiting, to) || JobTransitions.IsLegal(JobState.Running, to)))];

    /// <exception cref="InvalidOperationException">It breaks a rule.</exception>
    public static void Check(Commit commit, Func<int, bool> isQueue)
    {
        foreach (InsertRows rows in commit.Inserts)
        {
            Require(rows.Keys.Length == rows.Jobs.Count, "as many keys as jobs");
            Require(rows.Jobs.IdempotencyKeys is null == rows.Jobs.Fingerprints is null, "what a job with an idempotency key asks for");
            foreach (long key in rows.Keys)
                Require(key == -1 || IsKey(key, isQueue), "keys of open queues");
        }
        foreach (ref readonly OutcomeRow row in CollectionsMarshal.AsSpan(commit.Outcomes))
        {
            Require(Legal[(int)row.State], "a legal transition");
            Require(row.Attempt == 0 || row.Worker is not null, "the worker of an attempt");
        }
        foreach (InsertRows rows in commit.Inserts)
            Require(rows.Inbox is null || rows.Inbox.Length == rows.Keys.Length, "a row of the inbox, or 0, a job");
        foreach ((int queue, long sequence) in commit.Reserved)
            Require(isQueue(queue) && sequence is >= 0 and <= JobKey.MaxSequence, "a reservation in an open queue");
        foreach (QueueRow row in commit.Queues)
            Require(isQueue(row.Number), "a queue that is open");
        foreach (long key in commit.Horizons)
            Require(IsKey(key, isQueue), "a horizon in an open queue");
    }

    private static bool IsKey(long key, Func<int, bool> isQueue) => key >= 0 && isQueue(JobKey.Queue(key)) && JobKey.Priority(key) >= 0;

    private static void Require(bool kept, string what)
    {
        if (!kept)
            throw new InvalidOperationException($"A commit must hold {what}; nothing was stored.");
    }
}
