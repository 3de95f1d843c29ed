using ActorBalancer.Dispatch;
using ActorBalancer.Options;
using ActorBalancer.Storage;

namespace ActorBalancer.Routers;

/// <summary>What a router is made with.</summary>
internal sealed record RouterSetup
{
    public required BalancerOptions Options { get; init; }

    public required DispatchLimits Limits { get; init; }

    /// <summary>Its name, its address and its life port.</summary>
    public required NodeRow Node { get; init; }

    /// <summary>What the life port answers.</summary>
    public required long Process { get; init; }

    /// <summary>Of the strategies' dice.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The kinds of this process's own worker.</summary>
    public string[] OwnKinds { get; init; } = [];

    /// <summary>See <see cref="Dispatcher.OpensAtStart"/>.</summary>
    public IReadOnlyList<string> OpensAtStart { get; init; } = [];
}
