using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorBalancer.AspNetCore.Reading;
using ActorBalancer.Cluster.Router;

namespace ActorBalancer.AspNetCore.Events;

/// <summary>Writes events in the form of a stream of server-sent events.</summary>
internal static class EventText
{
    /// <summary>Opens the stream: readers come back a second after they lost it.</summary>
    public static ReadOnlySpan<byte> Opening => "retry: 1000\n\n"u8;

    /// <summary>Says nothing, and so finds out whether the reader is still there.</summary>
    public static ReadOnlySpan<byte> Sign => ":\n\n"u8;

    public static void Write(BalancerEvent happened, IBufferWriter<byte> to)
    {
        string at = Rfc3339.Format(happened.At);
        switch (happened)
        {
            case BalancerEvent.OfJob e:
                JobEventView job = new(e.Job.ToString(), e.Queue, e.Kind, Words.Of(e.State), e.Worker, Words.Of(e.Reason), at);
                Write(happened.Id, "job", job, PlainJson.Answers.JobEventView, to);
                break;
            case BalancerEvent.OfWorker e:
                Write(happened.Id, "worker", new WorkerEventView(e.Worker, Words.Of(e.State), at), PlainJson.Answers.WorkerEventView, to);
                break;
            case BalancerEvent.OfQueue e:
                QueueEventView queue = new(e.Queue, e.Change, e.Strategy, Words.Of(e.Binding), at);
                Write(happened.Id, "queue", queue, PlainJson.Answers.QueueEventView, to);
                break;
            default:
                throw new InvalidOperationException($"There is no text for {happened.GetType().Name}.");
        }
    }

    private static void Write<T>(long id, string name, T data, JsonTypeInfo<T> json, IBufferWriter<byte> to)
    {
        // JSON has no line ends of its own, so the data is one line.
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {id}\nevent: {name}\ndata: "), to);
        to.Write(JsonSerializer.SerializeToUtf8Bytes(data, json));
        to.Write("\n\n"u8);
    }
}
