using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using Akka.Actor;

namespace ActorBalancer.Cluster.Gateway;

/// <summary>One call of SubmitMany: its rows, spread over batches, and the task that the last answer completes.</summary>
internal sealed class ManySubmit(int count) : IBatchSink
{
    private readonly SubmitResult[] _results = new SubmitResult[count];
    private readonly List<int[]> _batches = [];
    private readonly TaskCompletionSource<IReadOnlyList<SubmitResult>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Rows without an answer, and one for the caller's thread that is still adding.
    private int _open = count + 1;

    public void Add(JobBatch jobs, int[] rows, IActorRef gateway)
    {
        int tag;
        lock (_batches)
        {
            tag = _batches.Count;
            _batches.Add(rows);
        }
        gateway.Tell(new IClientProtocol.SubmitMany(new IntakeBatch(jobs, tag, this, notify: false)), ActorRefs.NoSender);
    }

    public void Refuse(int row, RefusalCode code, string detail)
    {
        _results[row] = new SubmitResult(default, code, detail);
        Close(1);
    }

    public Task<IReadOnlyList<SubmitResult>> Complete()
    {
        Close(1);
        return _done.Task;
    }

    public void Answered(long tag, long[] keys, RefusalCode[]? codes, string? detail)
    {
        int[] rows;
        lock (_batches)
            rows = _batches[(int)tag];
        for (int i = 0; i < keys.Length; i++)
        {
            RefusalCode code = codes?[i] ?? RefusalCode.None;
            _results[rows[i]] = code == RefusalCode.None ? new SubmitResult(new JobId(keys[i]), code, null) : new SubmitResult(default, code, detail);
        }
        Close(keys.Length);
    }

    public void Finished(FinishedJob[] jobs, int from, int count) =>
        throw new InvalidOperationException("A submit without notice has no ends.");

    private void Close(int rows)
    {
        if (Interlocked.Add(ref _open, -rows) == 0)
            _done.SetResult(_results);
    }
}
