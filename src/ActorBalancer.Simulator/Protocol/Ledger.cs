using System.Buffers.Binary;
using System.Globalization;
using ActorBalancer.Dispatch;
using ActorBalancer.Storage;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>
/// What really happened, and what must hold whatever fails: no accepted job is lost, none appears from nowhere, a key makes one job, a stale
/// run never records a result, nobody but the owner commits. Throws as soon as something does not.
/// </summary>
internal sealed partial class Ledger(World world)
{
    private readonly Dictionary<long, ClientJob> _clients = [];
    private readonly Dictionary<long, StoredJob> _jobs = [];
    private readonly List<Run> _runs = [];
    private readonly List<ClientJob> _offers = [];

    public IReadOnlyCollection<StoredJob> Jobs => _jobs.Values;

    public IReadOnlyList<Run> Runs => _runs;

    /// <summary>All that clients and runs ever submitted, oldest first.</summary>
    public IReadOnlyList<ClientJob> Clients => _offers;

    /// <summary>Every job that is stored is final, and no client waits for an answer.</summary>
    public bool IsDone => _jobs.Values.All(job => job.IsFinal) && _clients.Values.All(job => job.Pending == 0 && !job.IsWanted && (!job.IsPosted || job.Key >= 0))
        && world.Store.Inside.InboxRows == 0;

    /// <summary>A job that some client is about to submit.</summary>
    public ClientJob Offer(string queue, string kind, long serviceMicros, string? key = null, string? source = null, int priority = 5, DateTimeOffset? runAt = null, Run? parent = null, bool posted = false)
    {
        long id = _clients.Count + 1;
        byte[] payload = new byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(payload, id);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(8), serviceMicros);
        var job = new ClientJob(id, new JobRequest
        {
            Kind = kind, Payload = payload, Queue = queue, Key = key, Source = source, Priority = priority, RunAt = runAt,
        })
        {
            Parent = parent,
            IsPosted = posted,
        };
        _clients.Add(id, job);
        _offers.Add(job);
        return job;
    }

    /// <summary>Jobs that a run submits with its outcome; mostly none.</summary>
    public JobBatch? Children(Run run)
    {
        if (world.IsHealed || !world.Luck.OneIn(12))
            return null;
        ClientJob child = Offer($"q{world.Luck.Next(3)}", "a", world.Luck.Ms(0, 20), parent: run);
        return JobBatch.From([child.Request]);
    }

    public void Answered(Submission submission, ClientJob job, long key, RefusalCode code, bool wasRefusedWithOthers)
    {
        job.Pending--;
        if (code == RefusalCode.None && !wasRefusedWithOthers)
        {
            if (key >= 0 && (!_jobs.TryGetValue(key, out StoredJob? stored) || stored.Client != job))
                throw new ProtocolViolation($"{job} was accepted as {Words.Id(key)}, which is not stored");
            if (job.Key < 0)
                throw new ProtocolViolation($"{job} was accepted and is not stored");
            job.IsAccepted = true;
            job.AcceptedBy ??= submission;
        }
        job.IsUnsure |= code == RefusalCode.OutcomeUnknown;
        if (job.IsRefused && job.Key >= 0)
            throw new ProtocolViolation($"{job} was refused ({code}) and is stored as {Words.Id(job.Key)}");
    }

    public void EndTold(ClientJob job, in FinishedJob end)
    {
        if (!JobTransitions.IsFinal(end.State) || !_jobs.TryGetValue(end.Key, out StoredJob? stored) || stored.Client != job || !(stored.IsFinal || stored.WasReopened))
            throw new ProtocolViolation($"the end of {job}, {Words.Id(end.Key)} {end.State}, was told and is not stored");
    }

    /// <summary>The commit has landed.</summary>
    public void Stored(Commit commit)
    {
        HashSet<long> missing = [.. commit.Missing];
        foreach (OutcomeRow row in commit.Outcomes)
        {
            if (missing.Contains(row.Key))
                continue;
            CheckOwner(commit, row.Key);
            Record(commit.Incarnation, row);
        }
        foreach (InsertRows rows in commit.Inserts)
        {
            for (int i = 0; i < rows.Keys.Length; i++)
            {
                if (rows.Keys[i] >= 0 && world.Store.Inside.GetAsync(new JobId(rows.Keys[i]), default).Now() is not null)
                    Insert(commit, rows.Keys[i], rows.Jobs.Payload(i).Span);
            }
        }
    }

    private void Insert(Commit commit, long key, ReadOnlySpan<byte> payload)
    {
        CheckOwner(commit, key);
        long id = BinaryPrimitives.ReadInt64LittleEndian(payload);
        if (!_clients.TryGetValue(id, out ClientJob? client))
            throw new ProtocolViolation($"{Words.Id(key)} is stored and nobody submitted it");
        if (_jobs.TryGetValue(key, out StoredJob? known) && known.Client == client)
            return;
        if (known is not null)
            throw new ProtocolViolation($"{client} is stored under the key of {known}");
        if (client.Key >= 0)
            throw new ProtocolViolation($"{client} is stored twice, as {Words.Id(client.Key)} and {Words.Id(key)}");
        if (client.IsRefused)
            throw new ProtocolViolation($"{client} was refused, and is stored now as {Words.Id(key)}");
        if (client.Parent is { IsRecorded: false } parent)
            throw new ProtocolViolation($"{client} is stored, and the outcome of {parent}, which submitted it, is not");
        client.Key = key;
        _jobs.Add(key, new StoredJob(key, client));
    }

    private void Record(long incarnation, in OutcomeRow row)
    {
        StoredJob job = _jobs[row.Key];
        if (job.IsFinal)
            throw new ProtocolViolation($"{job} was final, and is {row.State} now");
        if (row.Attempt > 0)
        {
            if (row.Attempt <= job.Attempts)
                throw new ProtocolViolation($"attempt {row.Attempt} of {job} is recorded twice");
            job.Attempts = row.Attempt;
            if (RunOf(row) is { } run)
                RecordRun(incarnation, job, run);
        }
        job.IsFinal = JobTransitions.IsFinal(row.State);
    }

    private static void RecordRun(long incarnation, StoredJob job, Run run)
    {
        if (run.Job.Key != job.Key || run.IsRecorded)
            throw new ProtocolViolation($"{run} is recorded {(run.IsRecorded ? "twice" : $"for {job}")}");
        // Its own newest token, or that of a run which it adopted and gave to nobody since.
        if (job.Given.TryGetValue(incarnation, out RunToken given) ? given != run.Token : run.Token.Incarnation == incarnation)
            throw new ProtocolViolation($"{run} is stale, {incarnation} has given the job away as {given}, and its outcome is recorded");
        run.IsRecorded = true;
    }

    private Run? RunOf(in OutcomeRow row)
    {
        if (row.State == JobState.Succeeded)
            return _runs[(int)BinaryPrimitives.ReadInt64LittleEndian(row.Result.Span)];
        return row.Error?.StartsWith("run ", StringComparison.Ordinal) == true ? _runs[int.Parse(row.Error.AsSpan(4), CultureInfo.InvariantCulture)] : null;
    }

    /// <summary>Only the store speaks of ownership: after a takeover nothing of the former owner lands.</summary>
    private void CheckOwner(Commit commit, long key)
    {
        long owner = world.Store.Inside.OwnerOf(JobKey.Queue(key));
        if (owner != commit.Incarnation)
            throw new ProtocolViolation($"{commit.Incarnation} committed {Words.Id(key)}, whose queue {owner} owns");
    }

    public void Reopened(long key)
    {
        StoredJob job = _jobs[key];
        job.IsFinal = false;
        job.WasReopened = true;
    }
}
