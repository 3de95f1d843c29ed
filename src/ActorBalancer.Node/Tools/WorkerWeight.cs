namespace ActorBalancer.Node.Tools;

/// <summary>A worker's part in the division of a queue's jobs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Weight">The configured weight.</param>
/// <param name="EffectiveWeight">What the strategies use now; 0 where it gets no new jobs.</param>
/// <param name="Share">Of all workers' weights.</param>
internal sealed record WorkerWeight(string Name, string State, double Weight, double EffectiveWeight, double Share);
