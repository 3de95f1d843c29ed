using System.Globalization;
using System.Text;
using ActorBalancer.Storage;

namespace ActorBalancer.Tests.Storage;

/// <summary>The naive store: one sorted dictionary of jobs, everything else by scanning it.</summary>
internal sealed class JobStoreModel
{
    private readonly SortedDictionary<long, Job> _jobs = [];

    public long Duplicates { get; private set; }

    public IReadOnlyCollection<long> Keys => _jobs.Keys;

    public int Runs(long key) => _jobs.TryGetValue(key, out Job? job) ? job.Attempts.Count : 0;

    public void Insert(long key, JobRequest request, long submitted)
    {
        long runAt = request.RunAt?.ToUnixTimeMilliseconds() ?? 0;
        _jobs.TryAdd(key, new Job
        {
            Request = request,
            Submitted = submitted,
            State = runAt > submitted ? JobState.Scheduled : JobState.Waiting,
            At = runAt > submitted ? runAt : 0,
        });
    }

    public void Finish(in OutcomeRow row)
    {
        if (!_jobs.TryGetValue(row.Key, out Job? job) || JobTransitions.IsFinal(job.State))
        {
            Duplicates++;
            return;
        }
        if (row.Attempt > 0 && row.StartedUnixMs > 0)
        {
            job.Attempts.Add(new JobAttempt(
                row.Attempt, row.Worker, Time(row.StartedUnixMs), Time(row.FinishedUnixMs), row.Outcome, row.Error, row.Why));
            job.Error = row.Error;
        }
        else if (row.Error is not null)
        {
            job.Error = row.Error;
        }
        (job.State, job.Reason, job.Used, job.Crashes) = (row.State, row.Reason, row.Used, row.Crashes);
        job.At = row.State == JobState.Retrying ? row.RunAtUnixMs : row.State == JobState.Waiting ? 0 : row.FinishedUnixMs;
        if (row.State == JobState.Succeeded)
            job.Result = row.Result.ToArray();
    }

    /// <summary>As a line: what became of it, and the job as its owner gets it.</summary>
    public string Reopen(long key, long now)
    {
        if (!_jobs.TryGetValue(key, out Job? job))
            return Line(ReopenResult.NotFound, default, []);
        JobState was = job.StateAt(now);
        if (was is not (JobState.Dead or JobState.Discarded or JobState.Cancelled))
            return Line(ReopenResult.WrongState, was, []);
        (job.State, job.Reason, job.Used, job.Crashes, job.At) = (JobState.Waiting, DeadReason.None, 0, 0, 0);
        return Line(ReopenResult.Done, was, Load(JobKey.Queue(key), key - 1, 1));
    }

    public static string Line(Reopening answer) => Line(answer.Result, answer.Was, answer.Job is null ? [] : Lines(answer.Job));

    public IEnumerable<string> Load(int queue, long after, int limit) => _jobs
        .Where(pair => pair.Key > after && JobKey.Queue(pair.Key) == queue && !JobTransitions.IsFinal(pair.Value.State))
        .Take(limit)
        .Select(pair => Line(pair.Key, pair.Value.Request.Kind, pair.Value.Request.Payload, pair.Value.Request.Source,
            pair.Value.Used, pair.Value.Crashes, pair.Value.Attempts.Count, pair.Value.At, pair.Value.Submitted));

    /// <summary>A stream as far as the limit.</summary>
    public IEnumerable<string> Load(LoadQuery query) => _jobs
        .Where(pair => JobKey.Queue(pair.Key) == query.Queue && !JobTransitions.IsFinal(pair.Value.State) && pair.Key < query.BeforeKey)
        .Where(pair => query.From == LoadFrom.Keys ? query.Keys.Contains(pair.Key) : query.From == LoadFrom.Later == (pair.Value.State is JobState.Scheduled or JobState.Retrying))
        .Where(pair => query.From == LoadFrom.Later ? (pair.Value.At, pair.Key).CompareTo((query.AfterUnixMs, query.AfterKey)) > 0 : pair.Key > query.AfterKey)
        .Where(pair => query.From != LoadFrom.Source || pair.Value.Request.Source == query.Source)
        .Where(pair => (query.Kind ?? pair.Value.Request.Kind) == pair.Value.Request.Kind && !query.Except.Contains(pair.Value.Request.Kind))
        .OrderBy(pair => query.From == LoadFrom.Later ? pair.Value.At : 0)
        .Take(query.Limit)
        .Select(pair => Line(pair.Key, pair.Value.Request.Kind, pair.Value.Request.Payload, pair.Value.Request.Source,
            pair.Value.Used, pair.Value.Crashes, pair.Value.Attempts.Count, pair.Value.At, pair.Value.Submitted));

    /// <summary>The counts of a queue's row.</summary>
    public (long Ready, long Later, long Dead) Counts(int queue) => (
        _jobs.Count(pair => JobKey.Queue(pair.Key) == queue && pair.Value.State == JobState.Waiting),
        _jobs.Count(pair => JobKey.Queue(pair.Key) == queue && (pair.Value.State is JobState.Scheduled or JobState.Retrying)),
        _jobs.Count(pair => JobKey.Queue(pair.Key) == queue && pair.Value.State == JobState.Dead));

    public static IEnumerable<string> Lines(StoredJobs stored) => stored.Keys.Select((key, i) => Line(
        key, stored.Jobs.Kind(i), stored.Jobs.Payload(i), stored.Jobs.Source(i),
        stored.Used[i], stored.Crashes[i], stored.Runs[i], stored.RunAt[i], stored.SubmittedUnixMs[i]));

    public string Get(long key, long now) => _jobs.TryGetValue(key, out Job? job) ? Describe(Info(key, job, now)) : "none";

    public IEnumerable<string> List(JobQuery query, long now) => _jobs
        .OrderByDescending(pair => pair.Value.Submitted)
        .ThenByDescending(pair => JobKey.Queue(pair.Key))
        .ThenByDescending(pair => JobKey.Sequence(pair.Key))
        .Select(pair => Info(pair.Key, pair.Value, now))
        .SkipWhile(job => query.After is not null && job.Id != query.After)
        .Skip(query.After is null ? 0 : 1)
        .Where(job => (query.State ?? job.State) == job.State && (query.Queue ?? job.Queue) == job.Queue
            && (query.Kind ?? job.Kind) == job.Kind && (query.Source ?? job.Source) == job.Source
            && !(query.Open && JobTransitions.IsFinal(job.State))
            && (query.Worker is null || !JobTransitions.IsFinal(job.State) || query.Worker == job.Worker)
            && (query.Text is null || $"{job.Id}\n{job.Kind}\n{job.Source}\n{job.Error}".Contains(query.Text, StringComparison.OrdinalIgnoreCase)))
        .Take(query.Limit)
        .Select(Describe);

    public static string Describe(JobInfo job) => string.Create(CultureInfo.InvariantCulture,
        $"{job.Id} {job.Kind} {job.Queue} {job.Source} {job.State} {job.Reason} {job.Attempt} {job.Worker} ")
        + string.Create(CultureInfo.InvariantCulture, $"{job.SubmittedAt:O} {job.StartedAt:O} {job.FinishedAt:O} ")
        + $"'{Encoding.UTF8.GetString(job.Result.Span)}' {job.Error} [{string.Join("; ", job.Attempts)}]";

    private static string Line(ReopenResult result, JobState was, IEnumerable<string> job) => $"{result} {was} {string.Concat(job)}";

    private static string Line(
        long key, string kind, ReadOnlyMemory<byte> payload, string? source, int used, int crashes, int runs, long runAt, long submitted) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{key} {kind} '{Encoding.UTF8.GetString(payload.Span)}' {source} {used} {crashes} {runs} {runAt} {submitted}");

    private static JobInfo Info(long key, Job job, long now) => new()
    {
        Id = new JobId(key),
        Kind = job.Request.Kind,
        Queue = job.Request.Queue,
        Source = job.Request.Source ?? new JobId(key).ToString(),
        State = job.StateAt(now),
        Reason = job.Reason,
        Attempt = job.Attempts.Count,
        Worker = job.Attempts.LastOrDefault()?.Worker,
        SubmittedAt = Time(job.Submitted),
        StartedAt = job.Attempts.LastOrDefault()?.StartedAt,
        FinishedAt = JobTransitions.IsFinal(job.State) ? Time(job.At) : null,
        Result = job.Result,
        Error = job.Error,
        Attempts = job.Attempts,
    };

    private static DateTimeOffset Time(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs);

    private sealed class Job
    {
        public JobState StateAt(long now) => State is JobState.Scheduled or JobState.Retrying && At <= now ? JobState.Waiting : State;

        public required JobRequest Request { get; init; }
        public required long Submitted { get; init; }
        public JobState State { get; set; }
        public long At { get; set; }
        public DeadReason Reason { get; set; }
        public int Used { get; set; }
        public int Crashes { get; set; }
        public byte[] Result { get; set; } = [];
        public string? Error { get; set; }
        public List<JobAttempt> Attempts { get; } = [];
    }
}
