using System.Diagnostics;
using System.Globalization;
using ActorBalancer.Dispatch;
using ActorBalancer.Hosting;
using ActorBalancer.Load;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Benchmarks.Router;

/// <summary>
/// The router's brain alone: dispatcher and memory store, one thread, workers that answer at once. Gives the processor time of a
/// job's whole life in the router without wire and actors, and the memory of a waiting job.
/// </summary>
internal static class RouterCommand
{
    private const int Batch = 256;
    private const int Workers = 3;
    private const int Outstanding = 5_000;

    public static int Run()
    {
        foreach (string strategy in new[] { "least-connections", "round-robin", "weighted-round-robin", "random", "source-hash" })
        {
            double nanos = Life(strategy, 3_000_000, out double bytes);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{strategy,-22} {nanos,7:0} ns of processor a job   {bytes,6:0} B allocated a job"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"waiting 100-byte job     {Waiting(1_000_000),6:0} B"));
        return 0;
    }

    private static double Life(string strategy, int jobs, out double allocated)
    {
        var loop = new Loop(strategy, credit: 2_050);
        while (loop.Done < 500_000)
            loop.Turn(Outstanding / Batch);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long done = loop.Done;
        TimeSpan start = Process.GetCurrentProcess().TotalProcessorTime;
        while (loop.Done - done < jobs)
            loop.Turn(Outstanding / Batch);
        double nanos = (Process.GetCurrentProcess().TotalProcessorTime - start).TotalNanoseconds / (loop.Done - done);
        allocated = (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)(loop.Done - done);
        return nanos;
    }

    private static double Waiting(int jobs)
    {
        var loop = new Loop("least-connections", credit: 0);
        loop.Submit(1);
        long before = GC.GetTotalMemory(true);
        for (int i = 0; i < jobs / 1_000; i++)
            loop.Submit(1_000);
        double bytes = (GC.GetTotalMemory(true) - before) / (double)jobs;
        GC.KeepAlive(loop);
        return bytes;
    }

    private sealed class Loop
    {
        private readonly MemoryJobStore _store;
        private readonly Dispatcher _router;
        private readonly Queue<FinishedRun>[] _held = [.. Enumerable.Range(0, Workers).Select(_ => new Queue<FinishedRun>())];
        private readonly long[] _reports = new long[Workers];
        private readonly long[] _outcomes = new long[Workers];
        private readonly long[] _seen = new long[Workers];
        private readonly byte[] _result = new byte[8];
        private readonly byte[] _payload = new byte[100];
        private long _micros = 1;
        private readonly int _credit;

        public Loop(string strategy, int credit)
        {
            _credit = credit;
            BalancerOptions options = BalancerConfiguration.Defaults();
            options = options with
            {
                QueueDefaults = options.QueueDefaults with { Strategy = strategy },
                Memory = options.Memory with { MaxWaiting = int.MaxValue },
            };
            _store = new MemoryJobStore(TimeProvider.System, options.Memory, 10);
            long inc = Completed(_store.RegisterAsync(new NodeRow("r", "r", 0), TimeSpan.FromHours(1), default)).Incarnation;
            _router = new Dispatcher(options, inc, "r", 1);
            for (int w = 0; w < Workers; w++)
            {
                _router.Now = Now();
                _router.WorkerHello(new WorkerHello
                {
                    WorkerIncarnation = w + 1, Name = $"w{w}", Slots = 2, Weight = 2000, Kinds = ["work"], LifePort = 0, Version = "", StartedUnixMs = 0,
                });
            }
            _router.WeightsChanged(new Weights(1, [.. Enumerable.Range(1, Workers).Select(w => new WorkerWeight(w, 2000))]));
            for (int w = 0; w < Workers; w++)
                Report(w);
        }

        public long Done { get; private set; }

        private Moment Now() => new(_micros += 10, 1_700_000_000_000 + _micros / 1000);

        public void Submit(int count)
        {
            byte[] blob = new byte[count * _payload.Length];
            int[] starts = new int[count + 1];
            for (int i = 0; i <= count; i++)
                starts[i] = i * _payload.Length;
            _router.Now = Now();
            _router.Submitted(0, 1, new JobBatch { Count = count, Blob = blob, Starts = starts, Kinds = ["work"], Queues = ["default"] }, true);
            Flush();
        }

        /// <summary>Submits some batches, and lets every worker report all that it has.</summary>
        public void Turn(int batches)
        {
            for (int i = 0; i < batches; i++)
                Submit(Batch);
            for (int w = 0; w < Workers; w++)
            {
                while (_held[w].Count > 0)
                    Report(w);
            }
        }

        private void Report(int w)
        {
            int n = Math.Min(Batch, _held[w].Count);
            FinishedRun[] outcomes = new FinishedRun[n];
            for (int i = 0; i < n; i++)
                outcomes[i] = _held[w].Dequeue();
            _router.Now = Now();
            _router.WorkerReported(new WorkerReport
            {
                WorkerIncarnation = w + 1,
                RouterIncarnation = _router.Incarnation,
                Number = ++_reports[w],
                BatchSeen = _seen[w],
                FirstOutcome = _outcomes[w] + 1,
                Outcomes = outcomes,
                // A link begins with a full report; the light ones that follow leave this out.
                Held = _reports[w] == 1 ? [] : null,
                Credit = _outcomes[w] + n + _credit,
            });
            _outcomes[w] += n;
            Done += n;
            Flush();
        }

        // The memory store answers at once; no task is made for it.
        private static T Completed<T>(ValueTask<T> call) => call.IsCompletedSuccessfully ? call.Result : throw new InvalidOperationException("the memory store waits");

        private void Flush()
        {
            bool again = true;
            while (again)
            {
                _router.Flush();
                DispatchEffects effects = _router.Effects;
                again = effects.Commit is not null || effects.OpenQueues.Count > 0;
                foreach (string name in effects.OpenQueues.ToArray())
                    _router.QueueOpened(name, Completed(_store.OpenQueueAsync(_router.Incarnation, name, default)));
                if (effects.Commit is { } commit)
                    _router.Committed(Completed(_store.CommitAsync(commit, default)));
                foreach ((int row, AssignBatch batch) in effects.Sends)
                {
                    if (batch.Number > 0)
                        _seen[row] = batch.Number;
                    foreach (AssignedJob job in batch.Jobs)
                    {
                        _held[row].Enqueue(new FinishedRun
                        {
                            Token = new RunToken(batch.RouterIncarnation, job.Slot, job.Generation),
                            Key = job.Key, Outcome = AttemptOutcome.Succeeded, StartedUnixMs = 1, DurationMicros = 1, Result = _result,
                        });
                    }
                }
                effects.Clear();
            }
        }
    }
}
