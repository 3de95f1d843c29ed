namespace ActorBalancer.Node.Tools;

/// <summary>A worker in an interval.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Slots">Jobs that it runs at once.</param>
/// <param name="Running">Jobs in its slots.</param>
/// <param name="InFlight">Jobs sent to it without an outcome yet.</param>
/// <param name="JobsPerS">What finished there, a second.</param>
/// <param name="Share">Of all that finished; null: nothing did.</param>
/// <param name="Weight">The configured weight.</param>
/// <param name="EffectiveWeight">What the strategies use now.</param>
internal sealed record TopWorker(
    string Name, string State, int Slots, int Running, int InFlight, double JobsPerS, double? Share, double Weight, double? EffectiveWeight);
