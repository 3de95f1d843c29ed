using System.Collections.Concurrent;
using ActorBalancer.Cluster.Membership;
using Akka.Actor;

namespace ActorBalancer.Cluster.Tests.Membership;

/// <summary>Answers for life ports as the test says, by port; tells the test of every question.</summary>
internal sealed class FakeProber(IActorRef asked)
{
    private readonly ConcurrentDictionary<int, LifeAnswer> _answers = new();

    public static LifeAnswer Alive { get; } = new(LifeState.Alive, "answered");

    public static LifeAnswer Refused { get; } = new(LifeState.Refused, "connection refused");

    public static LifeAnswer Silent { get; } = new(LifeState.Silent, "no answer in time");

    public void Set(int port, LifeAnswer answer) => _answers[port] = answer;

    public Task<LifeAnswer> Probe(string host, int port, long incarnation, TimeSpan timeout)
    {
        LifeAnswer answer = _answers.GetValueOrDefault(port, Silent);
        asked.Tell(new Asked(port, incarnation, answer.State));
        return Task.FromResult(answer);
    }

    internal sealed record Asked(int Port, long Incarnation, LifeState Answer);
}
