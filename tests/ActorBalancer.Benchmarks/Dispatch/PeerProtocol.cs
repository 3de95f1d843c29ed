namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>What the peer's client and its routees say to each other over the bare router.</summary>
internal interface IPeerProtocol
{
    sealed record Job(long Number, ReadOnlyMemory<byte> Payload) : IPeerProtocol;

    sealed record Result(long Number, ulong Hash) : IPeerProtocol;

    /// <summary>Jobs of consecutive numbers.</summary>
    sealed record Jobs(long First, ReadOnlyMemory<byte>[] Payloads) : IPeerProtocol;

    sealed record Results(long First, ulong[] Hashes) : IPeerProtocol;
}
