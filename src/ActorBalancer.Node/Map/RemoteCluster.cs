using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorBalancer.Client;
using ActorBalancer.Node.Kinds;

namespace ActorBalancer.Node.Map;

/// <summary>A cluster that runs already, through its HTTP API: jobs go in bulk as the input gives them, and each result is waited for.</summary>
internal sealed class RemoteCluster : IMapCluster
{
    /// <summary>The queue of every map, so that a strategy of a map's choice changes no other queue.</summary>
    public const string Queue = "map";

    // Each waits in a request of its own.
    private const int Outstanding = 64;

    // A crash costs one; three with the same command are too many anyway.
    private const int Attempts = 4;

    private static readonly TimeSpan FullPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeaveTime = TimeSpan.FromSeconds(5);

    private readonly BalancerClient _client;
    private readonly TimeProvider _clock;
    private readonly string? _strategy;
    private readonly ConcurrentDictionary<string, long> _underWay = new(StringComparer.Ordinal);
    private readonly Channel<MapEnd> _ends = Channel.CreateUnbounded<MapEnd>();
    private readonly SemaphoreSlim _room = new(Outstanding);
    private bool _hasQueue, _strategySet;
    private int _open = 1;

    /// <exception cref="IOException">The file of the CA cannot be read.</exception>
    public RemoteCluster(MapArguments arguments, TimeProvider clock)
    {
        _client = new BalancerClient(arguments.Url!, new BalancerClientSettings { CertificateAuthority = arguments.CertificateAuthority });
        (_clock, _strategy) = (clock, arguments.Strategy);
    }

    public async IAsyncEnumerable<MapEnd> RunAsync(IAsyncEnumerable<byte[]> payloads, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using CancellationTokenSource left = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task feeding = Task.Run(() => FeedAsync(payloads, left.Token), CancellationToken.None);
        try
        {
            await foreach (MapEnd end in _ends.Reader.ReadAllAsync(cancellation))
            {
                yield return end;
                _room.Release();
            }
        }
        finally
        {
            await left.CancelAsync();
            await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What still runs is of no use to anybody: it is cancelled, if the cluster answers soon.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource soon = new(LeaveTime, _clock);
        try
        {
            await Parallel.ForEachAsync(_underWay.Keys, soon.Token, async (id, stop) =>
            {
                try
                {
                    await _client.CancelJobAsync(id, stop);
                }
                catch (RefusedException)
                {
                    // It has ended meanwhile.
                }
            });
        }
        catch (Exception e) when (e is OperationCanceledException or UnreachableException)
        {
            // They run to their end then.
        }
        _client.Dispose();
        _room.Dispose();
    }

    private async Task FeedAsync(IAsyncEnumerable<byte[]> payloads, CancellationToken stop)
    {
        try
        {
            long next = 0;
            List<byte[]> batch = [];
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await using IAsyncEnumerator<byte[]> source = payloads.GetAsyncEnumerator(over.Token);
            while (true)
            {
                if (!_room.Wait(0, stop))
                {
                    await FlushAsync();
                    await _room.WaitAsync(stop);
                }
                // What the input makes us wait for must not hold back what it gave before.
                Task<bool> moving = source.MoveNextAsync().AsTask();
                try
                {
                    if (!moving.IsCompleted)
                        await FlushAsync();
                }
                catch
                {
                    // A sequence cannot be left while it is asked for more.
                    await over.CancelAsync();
                    await ((Task)moving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    throw;
                }
                if (!await moving)
                    break;
                batch.Add(source.Current);
                next++;
            }
            await FlushAsync();
            Close();

            async Task FlushAsync()
            {
                if (batch.Count > 0)
                    await SubmitAsync(batch, next - batch.Count, stop);
                batch.Clear();
            }
        }
        catch (Exception fault)
        {
            _ends.Writer.TryComplete(fault);
        }
    }

    private async Task SubmitAsync(List<byte[]> payloads, long first, CancellationToken stop)
    {
        // Large payloads go in several requests, each accepted whole or not at all: what a refusal leaves to do begins here.
        int count = 0;
        while (count < payloads.Count)
        {
            try
            {
                await foreach (string id in _client.SubmitManyAsync(payloads.Skip(count).Select(Job), stop))
                    Follow(id, first + count++, stop);
            }
            catch (RefusedException e) when (e.Code is "queue_full" or "rate_limited")
            {
                await Task.Delay(FullPause, _clock, stop);
            }
            catch (RefusedException e) when (e.Code is "too_large" or "invalid" && count < payloads.Count - 1)
            {
                // Only one of the request is to blame.
                for (; count < payloads.Count; count++)
                    await SubmitAsync([payloads[count]], first + count, stop);
            }
            catch (RefusedException e) when (e.Code is "too_large" or "invalid" or "outcome_unknown")
            {
                // Where it is unknown whether they were accepted they may run already: they are not sent again.
                for (; count < payloads.Count; count++)
                    _ends.Writer.TryWrite(new MapEnd(first + count, null, e.Message) { IsFinal = true });
            }
        }
        await SetStrategyAsync(stop);
    }

    private static JobSubmission Job(byte[] payload) =>
        new() { Kind = ExecKind.Name, Payload = payload, Queue = Queue, Attempts = Attempts, TimeLimit = TimeSpan.FromDays(7) };

    /// <summary>A queue exists from its first job on, and can be told how to share from then on.</summary>
    private async Task SetStrategyAsync(CancellationToken stop)
    {
        if (_strategy is null || _strategySet || !_hasQueue)
            return;
        await _client.ChangeQueueAsync(Queue, new QueueChange { Strategy = _strategy }, stop);
        _strategySet = true;
    }

    private void Follow(string id, long number, CancellationToken stop)
    {
        _hasQueue = true;
        _underWay[id] = number;
        Interlocked.Increment(ref _open);
        _ = WaitAsync(id, number, stop);
    }

    private async Task WaitAsync(string id, long number, CancellationToken stop)
    {
        try
        {
            MapEnd end;
            try
            {
                end = new MapEnd(number, await _client.WaitForResultAsync(id, stop), null);
            }
            catch (RefusedException e) when (e.Code == "conflict")
            {
                JobDetails job = await _client.GetJobAsync(id, stop);
                end = new MapEnd(number, null, job.Reason == "poisoned" ? "its worker crashed each of the times that it ran" : job.Error ?? $"it ended as {job.State}");
            }
            _underWay.TryRemove(id, out _);
            _ends.Writer.TryWrite(end);
            Close();
        }
        catch (Exception fault)
        {
            _ends.Writer.TryComplete(fault);
        }
    }

    private void Close()
    {
        if (Interlocked.Decrement(ref _open) == 0)
            _ends.Writer.TryComplete();
    }
}
