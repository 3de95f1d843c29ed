using Akka.Actor;
using static ActorBalancer.Benchmarks.Dispatch.IPeerProtocol;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>
/// The peer's client: keeps so many jobs under way through the bare router, one or more a message, verifies every result,
/// and answers <see cref="Run"/> when the last one of a round is back.
/// </summary>
internal sealed class PeerClient(IActorRef router) : UntypedActor
{
    private Round _round = null!;
    private IActorRef _asker = ActorRefs.Nobody;
    private int _batch;
    private int _underWay;

    /// <summary>One round: <paramref name="Batch"/> jobs a message.</summary>
    public sealed record Run(Round Round, int Outstanding, int Batch);

    public static Props Props(IActorRef router) => Akka.Actor.Props.Create(() => new PeerClient(router));

    protected override void OnReceive(object message)
    {
        try
        {
            switch (message)
            {
                case Result m: OnResult(m); break;
                case Results m: OnResults(m); break;
                case Run m: OnRun(m); break;
                default: Unhandled(message); break;
            }
        }
        catch (InvalidOperationException wrong)
        {
            _asker.Tell(new Status.Failure(wrong));
        }
    }

    private void OnRun(Run run)
    {
        (_round, _batch, _asker) = (run.Round, run.Batch, Sender);
        for (int sent = 0; sent < run.Outstanding; sent += _batch)
            SendNext();
    }

    private void OnResult(Result result)
    {
        _round.Ended(result.Number, result.Hash);
        _underWay--;
        Next();
    }

    private void OnResults(Results results)
    {
        for (int i = 0; i < results.Hashes.Length; i++)
            _round.Ended(results.First + i, results.Hashes[i]);
        _underWay--;
        Next();
    }

    private void Next()
    {
        if (!_round.IsOver)
            SendNext();
        else if (_underWay == 0)
            _asker.Tell(_round);
    }

    private void SendNext()
    {
        _underWay++;
        if (_batch == 1)
        {
            long number = _round.Start();
            router.Tell(new Job(number, Payloads.Of(number)), Self);
            return;
        }
        ReadOnlyMemory<byte>[] payloads = new ReadOnlyMemory<byte>[_batch];
        long first = -1;
        for (int i = 0; i < _batch; i++)
        {
            long number = _round.Start();
            if (i == 0)
                first = number;
            payloads[i] = Payloads.Of(number);
        }
        router.Tell(new Jobs(first, payloads), Self);
    }
}
