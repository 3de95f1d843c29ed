namespace ActorBalancer;

/// <summary>
/// A node stopped working without being asked to. Published on the ActorSystem's event stream and given to
/// <see cref="BalancerBuilder.OnStopped"/>; the application's process is left alone.
/// </summary>
/// <param name="Node">The node's name.</param>
/// <param name="Reason">What happened.</param>
/// <param name="NeedsRestart">
/// True: only a new process helps (the node was downed or quarantined, or its slots are lost to handlers that will not
/// end). False: a restart alone would meet the same again.
/// </param>
public sealed record BalancerStopped(string Node, string Reason, bool NeedsRestart);
