using ActorBalancer.Client;

namespace ActorBalancer.Node.Predict;

/// <summary>Watches a queue through the API: which jobs come, and how long they run. Looks once a second, so a memory store keeps them long enough.</summary>
internal sealed class JobRecorder(BalancerClient client, string queue, TimeProvider clock)
{
    private const int Page = 1_000;

    /// <summary>How long it waits for jobs that arrived in time to come to their end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, JobDetails> _jobs = [];
    private readonly HashSet<string> _before = [];
    private DateTimeOffset _from = DateTimeOffset.MinValue;

    /// <summary>Records for so long, or until it is told to stop, which is no failure.</summary>
    public async Task<Recording> RecordAsync(TimeSpan time, CancellationToken stop)
    {
        QueueDetails details = await client.GetQueueAsync(queue, stop);
        foreach (JobDetails job in (await ListAsync(null, stop)).Items)
        {
            _before.Add(job.Id);
            _from = Later(_from, job.SubmittedAt);
        }
        try
        {
            await WatchAsync(time, () => true, stop);
            DateTimeOffset until = _jobs.Values.Aggregate(_from, (newest, job) => Later(newest, job.SubmittedAt));
            await WatchAsync(Patience, () => _jobs.Values.Any(j => !j.IsFinal && j.SubmittedAt <= until), stop);
            return await EndAsync(details, until);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return await EndAsync(details, DateTimeOffset.MaxValue);
        }
    }

    private async Task WatchAsync(TimeSpan time, Func<bool> goOn, CancellationToken stop)
    {
        long start = clock.GetTimestamp();
        while (goOn() && clock.GetElapsedTime(start) is var passed && passed < time)
        {
            await Task.Delay(time - passed < Interval ? time - passed : Interval, clock, stop);
            await LookAsync(stop);
        }
    }

    /// <summary>Reads the list from its newest job down to the oldest that is not known to its end.</summary>
    private async Task LookAsync(CancellationToken stop)
    {
        DateTimeOffset oldest = _jobs.Count == 0 ? _from : _jobs.Values.Max(j => j.SubmittedAt ?? _from);
        foreach (JobDetails open in _jobs.Values.Where(j => !j.IsFinal))
            oldest = open.SubmittedAt < oldest ? open.SubmittedAt.Value : oldest;
        string? after = null;
        do
        {
            JobListing page = await ListAsync(after, stop);
            foreach (JobDetails job in page.Items.Where(j => j.SubmittedAt >= _from && !_before.Contains(j.Id)))
                _jobs[job.Id] = job;
            after = page.Items.Any(j => j.SubmittedAt >= oldest) ? page.Next : null;
        }
        while (after is not null);
    }

    private Task<JobListing> ListAsync(string? after, CancellationToken stop) =>
        client.ListJobsAsync(new JobQuery { Queue = queue, After = after, Limit = Page }, stop);

    private async Task<Recording> EndAsync(QueueDetails details, DateTimeOffset until)
    {
        JobDetails[] jobs = [.. _jobs.Values.Where(j => j.SubmittedAt <= until)];
        JobDetails[] ran = [.. jobs.Where(j => j is { IsFinal: true, StartedAt: not null, FinishedAt: not null }).OrderBy(j => j.SubmittedAt)];
        HashSet<string> kinds = [.. ran.Select(j => j.Kind)];
        IReadOnlyList<WorkerDetails> workers = await client.ListWorkersAsync(CancellationToken.None);
        return new Recording(details, ran, jobs.Length - ran.Length, [.. workers.Where(w => w.State != "gone" && w.Kinds?.Any(kinds.Contains) != false)]);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset? b) => b > a ? b.Value : a;
}
