using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorBalancer.Node.Kinds;

namespace ActorBalancer.Node.Map;

/// <summary>Feeds items to a cluster as long as there is room, and gives each end to the output, or the item to the cluster again.</summary>
internal sealed class MapRun(MapArguments arguments, ChannelReader<MapItem> items, MapOutput output)
{
    // What may wait for an item before it: enough for very unequal ones, and a bound of memory.
    private const int Window = 1_024;
    private const long HeldBytes = 64 << 20;

    private readonly CommandTemplate _template = new(arguments.Command, arguments.Url is null ? ShortLife.Settings.Select(s => s.Key) : []);
    private readonly Dictionary<long, Try> _underWay = [];
    private readonly Queue<Try> _again = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = NewSignal();
    private Task<bool>? _input;
    private long _requests, _taken;

    /// <summary>Items whose command succeeded; other threads may look.</summary>
    public int Done { get; private set; }

    /// <summary>Those whose command did not, the last time.</summary>
    public int Failed { get; private set; }

    public int Running => _underWay.Count;

    /// <exception cref="Guard.BrokenPipeException">Nobody reads the output any more.</exception>
    public async Task RunAsync(IMapCluster cluster, CancellationToken stop)
    {
        await foreach (MapEnd end in cluster.RunAsync(PayloadsAsync(stop), stop))
        {
            lock (_lock)
                Take(end);
        }
    }

    private void Take(MapEnd end)
    {
        _underWay.Remove(end.Number, out Try? run);
        ExecReport? report = end.Result is { } bytes ? ExecReport.Read(bytes) : null;
        bool succeeded = report is { Exit: 0, Signal: 0 };
        if (!succeeded && !end.IsFinal && run!.Number < arguments.Attempts)
            _again.Enqueue(run with { Number = run.Number + 1 });
        else
            Show(run!.Item, report, ErrorOf(report, end), succeeded);
        // Room, another try or the end.
        TaskCompletionSource changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }

    private void Show(MapItem item, ExecReport? report, string? error, bool succeeded)
    {
        if (succeeded)
            Done++;
        else
            Failed++;
        output.Add(item, report, error);
    }

    private static string? ErrorOf(ExecReport? report, MapEnd end) => report switch
    {
        null => end.Error,
        { Signal: > 0 } => $"ended by signal {report.Signal}",
        { Exit: > 0 } => $"exit code {report.Exit}",
        _ => null,
    };

    private async IAsyncEnumerable<byte[]> PayloadsAsync([EnumeratorCancellation] CancellationToken stop)
    {
        while (true)
        {
            Task changed;
            byte[]? payload;
            bool over, room;
            lock (_lock)
            {
                changed = _changed.Task;
                payload = Next();
                room = HasRoom;
                over = items.Completion.IsCompleted && _again.Count == 0 && _underWay.Count == 0;
            }
            if (payload is not null)
            {
                yield return payload;
                continue;
            }
            if (over)
            {
                // Throws what the reader met, if that was no end.
                await items.Completion;
                yield break;
            }
            await WaitAsync(changed, room, stop);
        }
    }

    private async Task WaitAsync(Task changed, bool room, CancellationToken stop)
    {
        if (room && !items.Completion.IsCompleted)
        {
            // One wait for all rounds until it ends.
            _input ??= items.WaitToReadAsync(stop).AsTask();
            await Task.WhenAny(changed, _input).WaitAsync(stop);
            if (_input.IsCompleted)
                _input = null;
        }
        else
        {
            await changed.WaitAsync(stop);
        }
    }

    private bool HasRoom => !arguments.KeepOrder || (_taken - output.Written < Window && output.HeldBytes < HeldBytes);

    private byte[]? Next()
    {
        if (_again.TryDequeue(out Try? again))
            return Submit(again);
        while (HasRoom && items.TryRead(out MapItem? item))
        {
            _taken++;
            if (!item.TooLong)
                return Submit(new Try(item, 1));
            Show(item, null, $"longer than {ItemReader.Longest} bytes, which no argument may be", succeeded: false);
        }
        return null;
    }

    private byte[] Submit(Try run)
    {
        _underWay.Add(_requests++, run);
        return _template.PayloadFor(run.Item.Bytes);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Try(MapItem Item, int Number);
}
