using ActorBalancer.Dispatch;
using ActorBalancer.Intake;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>One call of a client at a gateway: a job, or a batch.</summary>
internal sealed class Submission(World world, GatewayNode gateway, ClientJob[] jobs) : IBatchSink, ISubmitter
{
    private readonly bool[] _ended = new bool[jobs.Length];
    private bool _answered;
    private bool _lost;

    public JobRequest? Single { get; init; }

    public JobBatch? Batch { get; init; }

    public bool Notify { get; init; }

    /// <summary>Ends of its jobs that nobody has told.</summary>
    public IEnumerable<ClientJob> Untold => !Notify || _lost ? [] : jobs.Where((job, i) => job.IsAccepted && !_ended[i] && job.AcceptedBy == this);

    public void Answered(long key, RefusalCode code, string? detail) => Answered(1, [key], code == RefusalCode.None ? null : [code], detail);

    public void Answered(long tag, long[] keys, RefusalCode[]? codes, string? detail)
    {
        if (_answered)
            throw new ProtocolViolation($"a submit at {gateway} was answered twice");
        _answered = true;
        for (int i = 0; i < jobs.Length; i++)
        {
            RefusalCode code = codes?[i] ?? RefusalCode.None;
            if (world.IsLogged)
                world.Log($"client of {gateway}: {jobs[i]} is answered {code} {Words.Id(keys[i])}");
            // A row beside others that were refused is not accepted either, and nothing is wrong with it.
            world.Ledger.Answered(this, jobs[i], keys[i], code, wasRefusedWithOthers: code == RefusalCode.None && keys[i] < 0 && codes is not null && !_ended[i]);
        }
        if (!Notify)
            gateway.Open.Remove(this);
    }

    public void Finished(FinishedJob[] ended, int from, int count)
    {
        for (int i = from; i < from + count; i++)
        {
            if (world.IsLogged)
                world.Log($"client of {gateway}: {jobs[ended[i].Index]} has ended, {ended[i].State} {ended[i].Code}");
            if (_ended[ended[i].Index])
                throw new ProtocolViolation($"the end of {jobs[ended[i].Index]} was told twice");
            _ended[ended[i].Index] = true;
            if (ended[i].Code == RefusalCode.None)
                world.Ledger.EndTold(jobs[ended[i].Index], ended[i]);
        }
    }

    /// <summary>The gateway has died: nobody knows what became of it.</summary>
    public void Lost()
    {
        _lost = true;
        if (_answered)
            return;
        _answered = true;
        foreach (ClientJob job in jobs)
            world.Ledger.Answered(this, job, -1, RefusalCode.OutcomeUnknown, wasRefusedWithOthers: false);
    }
}
