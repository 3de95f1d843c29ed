namespace ActorBalancer.Options;

/// <summary>What a submit and a result may be; more is refused where it enters.</summary>
public sealed record LimitOptions
{
    /// <summary>The largest payload, in bytes; more is <c>too_large</c>.</summary>
    public required int Payload { get; init; }

    /// <summary>The largest result, in bytes; a handler that returns more has failed its attempt.</summary>
    public required int Result { get; init; }

    /// <summary>The number of queues that submits may make; one more is a <c>conflict</c>.</summary>
    public required int Queues { get; init; }
}
