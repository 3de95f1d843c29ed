namespace ActorBalancer.Simulator;

/// <summary>A worker that cannot do what a strategy gives it.</summary>
/// <param name="Worker">Its name.</param>
/// <param name="Speed">Of each of its slots.</param>
/// <param name="Load">The work that it was given, over what it could do meanwhile.</param>
internal sealed record OverloadedWorker(string Worker, double Speed, double Load);
