namespace ActorBalancer.Routers;

/// <summary>What an operator should read of a router itself.</summary>
internal enum RouterNews
{
    /// <summary>Under a new incarnation, which owns nothing yet.</summary>
    Registered,

    /// <summary>The store takes no such router: why. The node cannot work.</summary>
    Refused,

    /// <summary>Another incarnation took over.</summary>
    Fenced,

    /// <summary>The router of that name and incarnation is fenced by this one.</summary>
    TookOver,

    /// <summary>Whoever is at that address has not said in time which jobs it runs.</summary>
    NeverHeardOf,

    /// <summary>Two processes have this worker name, behind which the address of the older stands.</summary>
    TwoProcesses,

    /// <summary>There are two router nodes.</summary>
    TwoRouters,
}
