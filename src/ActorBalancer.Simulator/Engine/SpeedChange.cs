namespace ActorBalancer.Simulator.Engine;

/// <summary>A worker becomes slower or faster in the middle of a run, with what it is running.</summary>
/// <param name="At">When.</param>
/// <param name="Worker">Which one, from 0.</param>
/// <param name="Speed">From then on, of each of its slots.</param>
internal readonly record struct SpeedChange(double At, int Worker, double Speed);
