using System.Threading.Channels;

namespace ActorBalancer.Cluster.Router;

/// <summary>One who reads a router's events; leaves when it is disposed.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly Channel<BalancerEvent> _channel;
    private readonly Action<EventReader> _leave;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="missed">Read first; how many they are does not count as being behind.</param>
    /// <param name="leave">Takes the reader off the feed.</param>
    public EventReader(BalancerEvent[] missed, Action<EventReader> leave)
    {
        _leave = leave;
        _channel = Channel.CreateBounded<BalancerEvent>(new BoundedChannelOptions(EventFeed.Kept + missed.Length) { SingleReader = true });
        foreach (BalancerEvent happened in missed)
            _channel.Writer.TryWrite(happened);
    }

    public ChannelReader<BalancerEvent> Events => _channel.Reader;

    /// <summary>Completes when it gets no more events, whether it has read what it has or not.</summary>
    public Task Ended => _ended.Task;

    /// <summary>False: it is too far behind.</summary>
    public bool TryAdd(BalancerEvent happened) => _channel.Writer.TryWrite(happened);

    public void End(Exception? why)
    {
        _channel.Writer.TryComplete(why);
        _ended.TrySetResult();
    }

    public void Dispose() => _leave(this);
}

/// <summary>The reader is a thousand events behind and was dropped; it may subscribe again after the last one that it read.</summary>
internal sealed class EventReaderTooSlowException() : Exception("the reader is too far behind the events; subscribe again after the last one that was read");
