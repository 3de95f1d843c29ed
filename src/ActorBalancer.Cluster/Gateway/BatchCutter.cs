using ActorBalancer.Intake;

namespace ActorBalancer.Cluster.Gateway;

/// <summary>Cuts a caller's valid requests into batches within the limits, with the row of each request beside it.</summary>
internal sealed class BatchCutter(IntakeLimits limits, Action<JobBatch, int[]> send)
{
    private readonly List<JobRequest> _jobs = [];
    private readonly List<int> _rows = [];
    private int _bytes;

    public int Count => _jobs.Count;

    public void Add(JobRequest job, int row)
    {
        int bytes = IntakeBatch.WireBytes(job);
        if (_jobs.Count >= limits.BatchJobs || (_jobs.Count > 0 && _bytes + bytes > limits.BatchBytes))
            Flush();
        _jobs.Add(job);
        _rows.Add(row);
        _bytes += bytes;
    }

    public void Flush()
    {
        if (_jobs.Count == 0)
            return;
        send(JobBatch.From(_jobs), [.. _rows]);
        _jobs.Clear();
        _rows.Clear();
        _bytes = 0;
    }
}
