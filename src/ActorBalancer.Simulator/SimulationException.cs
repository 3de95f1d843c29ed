namespace ActorBalancer.Simulator;

/// <summary>What was asked for cannot be simulated; the message says why, and what to give instead.</summary>
internal sealed class SimulationException(string message) : Exception(message);
