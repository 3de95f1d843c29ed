using ActorBalancer.Dispatch;
using ActorBalancer.Work;

namespace ActorBalancer.Simulator.Protocol;

/// <content>Runs: who was given what, what ran where, and what workers may forget.</content>
internal sealed partial class Ledger
{
    private readonly Dictionary<RunToken, Run> _byToken = [];
    private readonly HashSet<RunToken> _given = [];
    private readonly Dictionary<string, long> _givenUp = new(StringComparer.Ordinal);

    /// <summary>Incarnations of all routers so far.</summary>
    public int Registrations { get; set; }

    /// <summary>Runs of one job at the same time that nothing explains are violations; not where messages overtake each other.</summary>
    public bool ExplainsOverlaps { get; set; }

    /// <summary>Jobs that ran twice at the same time, for a reason.</summary>
    public int Overlaps { get; private set; }

    /// <summary>A router stops to wait for that worker, or for whoever is at that address.</summary>
    public void GivenUp(string who) => _givenUp[who] = world.Now;

    public void Assigned(RouterNode router, Process worker, AssignBatch batch)
    {
        foreach (AssignedJob job in batch.Jobs)
        {
            RunToken token = new(batch.RouterIncarnation, job.Slot, job.Generation);
            if (!_given.Add(token))
                continue;
            if (!_jobs.TryGetValue(job.Key, out StoredJob? stored))
                throw new ProtocolViolation($"{router} assigned {Words.Id(job.Key)} to {worker}, which is not stored");
            if (stored.IsFinal && world.Store.Inside.OwnerOf(JobKey.Queue(job.Key)) == batch.RouterIncarnation)
                throw new ProtocolViolation($"{router} assigned {stored} to {worker}, which is final");
            stored.Given[batch.RouterIncarnation] = stored.Newest = token;
        }
    }

    public Run Started(WorkerNode worker, in StartedRun start)
    {
        var run = new Run(_runs.Count, start.Job, start.Token, worker, world.Now) { IsStale = world.Store.Inside.OwnerOf(JobKey.Queue(start.Job.Key)) != start.Token.Incarnation };
        _runs.Add(run);
        if (!_byToken.TryAdd(start.Token, run))
            throw new ProtocolViolation($"{run} has the token of {_byToken[start.Token]}");
        if (!_jobs.TryGetValue(start.Job.Key, out StoredJob? job))
            throw new ProtocolViolation($"{run} is of a job that is not stored");
        foreach (Run other in job.Runs)
        {
            if (other.EndedAt >= 0)
                continue;
            Overlaps++;
            if (ExplainsOverlaps && !run.IsStale && !IsLate(run, job) && !IsExplained(other))
                throw new ProtocolViolation($"{run} starts while {other} goes on, and nobody had a reason");
        }
        job.Runs.Add(run);
        return run;
    }

    /// <summary>
    /// The worker does not keep the outcome any more, since a router told it that it is stored (checkpoint 2). That is so, or somebody else
    /// has got the job since, whose outcome alone counts.
    /// </summary>
    public void Forgotten(WorkerNode worker, RunToken token)
    {
        if (!_byToken.TryGetValue(token, out Run? run) || run.EndedAt < 0)
            return;
        StoredJob job = _jobs[run.Job.Key];
        bool isStored = job.IsFinal || job.WasReopened || job.Attempts >= run.Job.Attempt;
        bool isStale = run.IsStale || job.Newest != token;
        if (!isStored && !isStale && !IsGivenUp(run.Worker.Name, run) && !IsGivenUp(run.Worker.Host.Address, run) && !IsGivenUp("the cluster", run))
            throw new ProtocolViolation($"{worker} was told to forget the outcome of {run}, which is not stored");
    }

    /// <summary>With one incarnation of one router a worker never has more than its slots and what it lets come ahead.</summary>
    public void Holds(WorkerNode worker, int jobs)
    {
        if (jobs > worker.Slots + world.Options.Worker.PrefetchJobs && Registrations == 1 && !_givenUp.ContainsKey(worker.Name))
            throw new ProtocolViolation($"{worker} holds {jobs} jobs with {worker.Slots} slots");
    }

    /// <summary>
    /// The counters of a router agree with its jobs, and none is negative. One that is fenced and does not know reads what others have changed.
    /// </summary>
    public void Check(RouterNode router, Dispatcher dispatcher)
    {
        if (!world.Store.Inside.IsFenced(dispatcher.Incarnation) && dispatcher.Inconsistency() is { } wrong)
            throw new ProtocolViolation($"{router}: {wrong}; stored are {string.Join(", ", _jobs.Values.Where(j => !j.IsFinal && dispatcher.Owns(j.Key)).Select(j => Words.Id(j.Key)))}");
    }

    /// <summary>
    /// The job may run elsewhere too: a router gave the worker up, or stopped to wait for its hello; the worker heard of no router for so long
    /// that it gave its jobs back; or the handler was told to end and does not.
    /// </summary>
    private bool IsExplained(Run run) => run.IsStale || run.IsCancelled || run.Worker.CutOffAt >= run.StartedAt || run.Worker.IsDowned
        || IsGivenUp(run.Worker.Name, run) || IsGivenUp(run.Worker.Host.Address, run) || IsGivenUp("the cluster", run);

    /// <summary>Its router gave the worker up, and the job to another one, before the batch got there.</summary>
    private bool IsLate(Run run, StoredJob job) =>
        job.Newest != run.Token && (_givenUp.ContainsKey(run.Worker.Name) || _givenUp.ContainsKey(run.Worker.Host.Address));

    private bool IsGivenUp(string who, Run run) => _givenUp.TryGetValue(who, out long at) && at >= run.StartedAt;
}
