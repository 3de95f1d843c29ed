using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace ActorBalancer.Cluster.Tls;

/// <summary>A connection to a peer whose certificate was accepted.</summary>
internal sealed class TlsConnection : AssociationHandle
{
    // What Akka.NET's own transport gives the last words of a connection.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly Socket _socket;
    private readonly SslStream _stream;
    private readonly int _longestFrame;
    private readonly Action<TlsConnection> _onClosed;
    private readonly ILoggingAdapter _log;
    private readonly Channel<ByteString> _waiting = Channel.CreateUnbounded<ByteString>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<IHandleEventListener?> _reader = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TlsConnection(
        Address local, Address remote, Socket socket, SslStream stream, int longestFrame, Action<TlsConnection> onClosed, ILoggingAdapter log)
        : base(local, remote)
    {
        (_socket, _stream, _longestFrame, _onClosed, _log) = (socket, stream, longestFrame, onClosed, log);
        ReadHandlerSource.Task.ContinueWith(
            ready => _reader.TrySetResult(ready.Result),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        _ = RunAsync();
    }

    /// <summary>False once it closes. Akka bounds what it sends without an answer, and its heartbeats find a peer that does not read.</summary>
    public override bool Write(ByteString payload) => _waiting.Writer.TryWrite(payload);

    /// <summary>Sends what waits, says that no more comes, and closes when the peer has done the same, or after two seconds.</summary>
    public void End()
    {
        _waiting.Writer.TryComplete();
        _closing.TrySetResult();

        // Nobody listens yet, so nobody will.
        _reader.TrySetResult(null);
    }

#pragma warning disable CS0672 // The base marks it obsolete for callers, not for those who carry it out.
    public override void Disassociate() => End();
#pragma warning restore CS0672

    /// <summary>Closes at once; reading and writing see it as an error of the socket.</summary>
    public void Abort() => _socket.Dispose();

    private async Task RunAsync()
    {
        Task writing = WriteAllAsync();
        Task reading = ReadAllAsync(await _reader.Task);
        await _closing.Task;
        try
        {
            await Task.WhenAll(reading, writing).WaitAsync(LastWords);
        }
        catch (TimeoutException)
        {
            Abort();
            await Task.WhenAll(reading, writing);
        }
        await _stream.DisposeAsync();
        _socket.Dispose();
        _onClosed(this);
    }

    private async Task ReadAllAsync(IHandleEventListener? listener)
    {
        try
        {
            FrameReader frames = new(_stream, _longestFrame);
            while (await frames.NextAsync() is { } payload)
            {
                // Behind its own last word Akka wants no more of the peer's; they are read so that the peer sees no reset.
                if (!_closing.Task.IsCompleted)
                    listener?.Notify(new InboundPayload(payload));
            }
        }
        catch (InvalidDataException fault)
        {
            _log.Warning("The connection with {0} is closed. {1}", RemoteAddress, fault.Message);
            Abort();
        }
        catch (Exception fault)
        {
            // Whatever went wrong ends the connection and no more than that.
            _log.Debug("Reading from {0} ended: {1}", RemoteAddress, fault.Message);
        }
        End();
        listener?.Notify(new Disassociated(DisassociateInfo.Unknown));
    }

    private async Task WriteAllAsync()
    {
        try
        {
            FrameWriter frames = new(_stream);
            while (await _waiting.Reader.WaitToReadAsync())
            {
                while (_waiting.Reader.TryRead(out ByteString? payload))
                    await frames.AddAsync(payload);
                await frames.FlushAsync();
            }
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault)
        {
            _log.Debug("Writing to {0} ended: {1}", RemoteAddress, fault.Message);
            Abort();
            End();
        }
    }
}
