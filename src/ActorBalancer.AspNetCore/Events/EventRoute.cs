using System.Buffers;
using System.Globalization;
using ActorBalancer.Cluster.Router;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ActorBalancer.AspNetCore.Events;

/// <summary>What happens at this router, as it happens.</summary>
internal static class EventRoute
{
    private const string LastSeen = "Last-Event-ID";
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    public static async Task StreamAsync(ApiCall call)
    {
        if (!TryLastSeen(call.Context.Request.Headers[LastSeen], out long? after))
        {
            await call.RefuseAsync(RefusalCode.Invalid, $"{LastSeen} must be the id of the last event that was read: leave it out at first.");
            return;
        }
        if (call.Node.Node?.Events is not { } feed)
        {
            await call.RefuseAsync(RefusalCode.NotReady, "This node is starting: try again in a second.");
            return;
        }
        if (!call.Streams.TryOpen())
        {
            await call.RefuseAsync(RefusalCode.RateLimited, $"{StreamSlots.Most} event streams are open, and no more are allowed: close one.");
            return;
        }
        try
        {
            await StreamAsync(call, feed, after);
        }
        finally
        {
            call.Streams.Close();
        }
    }

    private static async Task StreamAsync(ApiCall call, EventFeed feed, long? after)
    {
        HttpResponse response = call.Context.Response;
        response.ContentType = "text/event-stream";
        response.Headers["X-Accel-Buffering"] = "no";
        if (HttpMethods.IsHead(call.Context.Request.Method))
            return;

        using EventReader reader = feed.Subscribe(after);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(call.Gone, call.Node.Closing);
        ArrayBufferWriter<byte> text = new();
        text.Write(EventText.Opening);
        try
        {
            do
            {
                while (text.WrittenCount < StreamPart && reader.Events.TryRead(out BalancerEvent? happened))
                    EventText.Write(happened, text);
                if (text.WrittenCount == 0)
                    text.Write(EventText.Sign);
                if (!await SendAsync(response, text.WrittenMemory, reader, end.Token))
                {
                    call.Context.Abort();
                    return;
                }
                text.ResetWrittenCount();
            }
            while (await MoreAsync(reader, call.Node.Clock, end.Token));
        }
        catch (EventReaderTooSlowException)
        {
            // It has all up to here, and comes back for the rest if it likes.
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader left, or the port closes.
        }
    }

    private const int StreamPart = 32 << 10;

    /// <summary>False: the reader does not take it, and is too far behind by now.</summary>
    private static async Task<bool> SendAsync(HttpResponse response, ReadOnlyMemory<byte> text, EventReader reader, CancellationToken end)
    {
        Task sent = WriteAsync(response, text, end);
        if (!sent.IsCompleted && await Task.WhenAny(sent, reader.Ended) != sent)
            return false;
        await sent;
        return true;
    }

    private static async Task WriteAsync(HttpResponse response, ReadOnlyMemory<byte> text, CancellationToken end)
    {
        await response.Body.WriteAsync(text, end);
        await response.Body.FlushAsync(end);
    }

    /// <summary>False: the node stops. Comes back without an event where nothing happens for long.</summary>
    private static async Task<bool> MoreAsync(EventReader reader, TimeProvider clock, CancellationToken end)
    {
        using CancellationTokenSource quiet = new(Quiet, clock);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(end, quiet.Token);
        try
        {
            return await reader.Events.WaitToReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            return true;
        }
    }

    private static bool TryLastSeen(StringValues header, out long? after)
    {
        after = null;
        if (header.Count == 0)
            return true;
        bool isId = header.Count == 1 && long.TryParse(header[0], NumberStyles.None, CultureInfo.InvariantCulture, out long id) && (after = id) is not null;
        return isId;
    }
}
