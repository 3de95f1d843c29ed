namespace ActorBalancer.Cluster.Router;

/// <summary>What the router's own node says to it, beyond membership and weights.</summary>
internal interface IRouterProtocol
{
    /// <summary>Gives up the registration in good order; the actor answers <see cref="Released"/> and assigns nothing more.</summary>
    sealed record Release : IRouterProtocol
    {
        public static Release Instance { get; } = new();
    }

    sealed record Released : IRouterProtocol
    {
        public static Released Instance { get; } = new();
    }

    /// <summary>To the parent: the store refused this node as a router. The node cannot work.</summary>
    sealed record Refused(string Reason) : IRouterProtocol;
}
