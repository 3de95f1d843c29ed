using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using Akka.Actor;

namespace ActorBalancer.Cluster.Gateway;

/// <summary>
/// One call of RunAsync: a feeder that turns the sequence into batches as long as there is room, and a channel with one
/// item for each message of ends. No task and no object a job.
/// </summary>
/// <param name="requests">Read once.</param>
/// <param name="outstanding">Jobs under way at once.</param>
/// <param name="gateway">Where batches go.</param>
/// <param name="limits">Of a batch.</param>
/// <param name="payloadLimit">Bytes.</param>
/// <param name="gone">Cancelled when the gateway can answer nobody any more.</param>
internal sealed class JobRun(
    IAsyncEnumerable<JobRequest> requests, int outstanding, IActorRef gateway, IntakeLimits limits, int payloadLimit, CancellationToken gone) : IBatchSink
{
    private readonly Channel<Part> _ends = Channel.CreateUnbounded<Part>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _lock = new();
    private TaskCompletionSource? _roomCame;
    private int _room = outstanding;

    // How many requests there were; -1 while the sequence goes on.
    private long _total = -1;

    public async IAsyncEnumerable<RanJob> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        // Leaving the loop early must stop the feeder too.
        using CancellationTokenSource left = CancellationTokenSource.CreateLinkedTokenSource(cancellation, gone);
        Task feeding = Task.Run(() => FeedAsync(left.Token), CancellationToken.None);
        try
        {
            for (long consumed = 0; Volatile.Read(ref _total) < 0 || consumed < _total;)
            {
                if (!_ends.Reader.TryRead(out Part part))
                {
                    await WaitForEndsAsync(left.Token, cancellation).ConfigureAwait(false);
                    continue;
                }
                for (int i = part.From; i < part.From + part.Count; i++)
                    yield return Ran(part.Jobs[i]);
                consumed += part.Count;
                GiveRoom(part.Count);
            }
        }
        finally
        {
            await left.CancelAsync().ConfigureAwait(false);
            await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Answered(long tag, long[] keys, RefusalCode[]? codes, string? detail)
    {
        if (codes is null)
            return;
        FinishedJob[] refused = new FinishedJob[keys.Length];
        int n = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            if (codes[i] != RefusalCode.None)
                refused[n++] = Refusal(tag, i, codes[i], detail);
        }
        _ends.Writer.TryWrite(new Part(refused, 0, n));
    }

    public void Finished(FinishedJob[] jobs, int from, int count) => _ends.Writer.TryWrite(new Part(jobs, from, count));

    private async Task WaitForEndsAsync(CancellationToken either, CancellationToken callers)
    {
        try
        {
            await _ends.Reader.WaitToReadAsync(either).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested && !callers.IsCancellationRequested)
        {
            throw new JobRefusedException(RefusalCode.OutcomeUnknown, "This node has stopped: look at the jobs from another one.");
        }
    }

    private async Task FeedAsync(CancellationToken cancellation)
    {
        long index = 0;
        int room = 0;
        List<JobRequest> open = [];
        int openBytes = 0;
        try
        {
            IAsyncEnumerator<JobRequest> source = requests.GetAsyncEnumerator(cancellation);
            await using (source.ConfigureAwait(false))
            {
                while (true)
                {
                    // A sequence that makes its reader wait must not hold back what it gave before.
                    ValueTask<bool> moving = source.MoveNextAsync();
                    if (!moving.IsCompleted)
                        Flush();
                    if (!await moving.ConfigureAwait(false))
                        break;
                    if (room == 0 && (room = Interlocked.Exchange(ref _room, 0)) == 0)
                    {
                        Flush();
                        room = await TakeRoomAsync(cancellation).ConfigureAwait(false);
                    }
                    room--;
                    Add(source.Current);
                    index++;
                }
            }
            Flush();
            // The empty part wakes the reader, which now knows how many ends to wait for.
            Volatile.Write(ref _total, index);
            _ends.Writer.TryWrite(new Part([], 0, 0));
        }
        catch (Exception fault)
        {
            // The reader throws it where it waits.
            _ends.Writer.TryComplete(fault);
            throw;
        }

        void Add(JobRequest job)
        {
            RefusalCode code = JobRequestValidator.Check(job, payloadLimit, out string? detail);
            if (code != RefusalCode.None)
            {
                _ends.Writer.TryWrite(new Part([Refusal(index, 0, code, detail)], 0, 1));
                // A batch is one run of indices: the refused one ends it.
                Flush();
                return;
            }
            int bytes = IntakeBatch.WireBytes(job);
            if (open.Count >= limits.BatchJobs || (open.Count > 0 && openBytes + bytes > limits.BatchBytes))
                Flush();
            open.Add(job);
            openBytes += bytes;
        }

        void Flush()
        {
            if (open.Count == 0)
                return;
            IntakeBatch batch = new(JobBatch.From(open), index - open.Count, this, notify: true);
            gateway.Tell(new IClientProtocol.SubmitMany(batch), ActorRefs.NoSender);
            open.Clear();
            openBytes = 0;
        }
    }

    private async Task<int> TakeRoomAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task came;
            lock (_lock)
            {
                if (Interlocked.Exchange(ref _room, 0) is > 0 and int room)
                    return room;
                came = (_roomCame ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            await came.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private void GiveRoom(int count)
    {
        TaskCompletionSource? came;
        lock (_lock)
        {
            Interlocked.Add(ref _room, count);
            (came, _roomCame) = (_roomCame, null);
        }
        came?.SetResult();
    }

    private static FinishedJob Refusal(long tag, int row, RefusalCode code, string? detail) =>
        new() { Ticket = tag, Index = row, Key = -1, Code = code, Error = detail, Worker = "" };

    private static RanJob Ran(in FinishedJob job) => new()
    {
        Index = job.Ticket + job.Index,
        Id = job.Key < 0 ? default : new JobId(job.Key),
        Code = job.Code,
        State = job.State,
        Reason = job.Reason,
        Result = job.Result,
        Error = job.Error,
        LostRuns = job.Lost,
        Worker = job.Worker,
    };

    private readonly record struct Part(FinishedJob[] Jobs, int From, int Count);
}
