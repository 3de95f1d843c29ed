using Akka.Actor;
using static ActorBalancer.Benchmarks.Dispatch.IPeerProtocol;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>The peer's routee: one on each worker process, answers at once.</summary>
internal sealed class PeerWorker : UntypedActor
{
    public const string Path = "/user/" + Name;
    public const string Name = "peer";

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Job m: Sender.Tell(new Result(m.Number, Payloads.Hash(m.Payload.Span))); break;
            case Jobs m: Sender.Tell(new Results(m.First, Array.ConvertAll(m.Payloads, p => Payloads.Hash(p.Span)))); break;
            default: Unhandled(message); break;
        }
    }
}
