namespace ActorBalancer.Options;

/// <summary>The two words of <see cref="BalancerOptions.Roles"/>. Their names in the cluster are <see cref="RoleNames"/>.</summary>
public static class NodeRoles
{
    /// <summary>Owns queues and assigns jobs.</summary>
    public const string Router = "router";

    /// <summary>Runs jobs.</summary>
    public const string Worker = "worker";
}
