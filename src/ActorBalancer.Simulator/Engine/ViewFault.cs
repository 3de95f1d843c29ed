namespace ActorBalancer.Simulator.Engine;

/// <summary>A way in which a view of the workers can be wrong; only tests and reports set one.</summary>
internal enum ViewFault
{
    None,

    /// <summary>What was sent since the last report does not count until the next.</summary>
    ForgetsSent,

    /// <summary>What other routers have sent since the last report does not count until the next.</summary>
    KnowsOwnSentOnly,
}
