using System.Threading.Channels;

namespace ActorBalancer.Cluster.Router;

/// <summary>One who reads a router's events; leaves when it is disposed.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly Channel<BalancerEvent> _channel;
    private readonly Action<EventReader> _leave;
    private readonly int _allowed;
    private long? _behindSince;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="missed">Read first; how many they are does not count as being behind.</param>
    /// <param name="leave">Takes the reader off the feed.</param>
    public EventReader(BalancerEvent[] missed, Action<EventReader> leave)
    {
        _leave = leave;
        _allowed = EventFeed.Kept + missed.Length;
        _channel = Channel.CreateBounded<BalancerEvent>(new BoundedChannelOptions(EventFeed.MostBehind + missed.Length) { SingleReader = true });
        foreach (BalancerEvent happened in missed)
            _channel.Writer.TryWrite(happened);
    }

    public ChannelReader<BalancerEvent> Events => _channel.Reader;

    /// <summary>Completes when it gets no more events, whether it has read what it has or not.</summary>
    public Task Ended => _ended.Task;

    /// <summary>False: it is too far behind, or for too long.</summary>
    public bool TryAdd(BalancerEvent happened, TimeProvider clock)
    {
        if (_channel.Reader.Count < _allowed)
            _behindSince = null;
        else if (clock.GetElapsedTime(_behindSince ??= clock.GetTimestamp()) >= EventFeed.CatchUp)
            return false;
        return _channel.Writer.TryWrite(happened);
    }

    public void End(Exception? why)
    {
        _channel.Writer.TryComplete(why);
        _ended.TrySetResult();
    }

    public void Dispose() => _leave(this);
}

/// <summary>The reader is a thousand events behind for too long and was dropped; it may subscribe again after the last one that it read.</summary>
internal sealed class EventReaderTooSlowException() : Exception("the reader is too far behind the events; subscribe again after the last one that was read");
