using System.Runtime.InteropServices;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>
/// A mailbox that measures its actor: the processor time of the thread between taking a message and asking for the next one.
/// So the router runs as it always does, on the default dispatcher, and what is counted is its turns: reading events, the
/// dispatcher, the memory store, making and telling messages; not Akka's endpoint, which writes and reads them elsewhere.
/// </summary>
public sealed class RouterMeter(Settings settings, Config config) : MailboxType(settings, config)
{
    private const int ThreadCpuTime = 3;

    private static long s_nanos;

    // When this thread began its turn, on the thread's own clock; 0: it is in none. A turn may end after another thread began the
    // next one, so each keeps its own.
    [ThreadStatic]
    private static long t_since;

    /// <summary>Puts the meter on the router.</summary>
    internal static string Wiring { get; } = $$"""
        akka.actor.deployment { /actorbalancer/router { mailbox = router-meter } }
        router-meter.mailbox-type = "{{typeof(RouterMeter).FullName}}, {{typeof(RouterMeter).Assembly.GetName().Name}}"
        """;

    /// <summary>Nanoseconds of processor time so far.</summary>
    internal static long Nanos => Volatile.Read(ref s_nanos);

    /// <inheritdoc/>
    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new Queue();

    [DllImport("libc", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int clock_gettime(int clock, out TimeSpec time);

    private static long ThreadNanos()
    {
        _ = clock_gettime(ThreadCpuTime, out TimeSpec time);
        return time.Seconds * 1_000_000_000 + time.Nanos;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanos;
    }

    private sealed class Queue : IMessageQueue, IUnboundedMessageQueueSemantics
    {
        private readonly UnboundedMessageQueue _messages = new();

        public bool HasMessages
        {
            get
            {
                // The dispatcher asks this after the last message of a go; other threads ask whenever they like.
                EndTurn();
                return _messages.HasMessages;
            }
        }

        public int Count => _messages.Count;

        public void Enqueue(IActorRef receiver, Envelope envelope) => _messages.Enqueue(receiver, envelope);

        public bool TryDequeue(out Envelope envelope)
        {
            EndTurn();
            if (!_messages.TryDequeue(out envelope))
                return false;
            t_since = ThreadNanos();
            return true;
        }

        public void CleanUp(IActorRef owner, IMessageQueue deadletters) => _messages.CleanUp(owner, deadletters);

        private void EndTurn()
        {
            if (t_since == 0)
                return;
            Interlocked.Add(ref s_nanos, ThreadNanos() - t_since);
            t_since = 0;
        }
    }
}
