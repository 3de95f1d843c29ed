namespace ActorBalancer.Simulator.Protocol;

/// <summary>Something happened that the protocol promises never happens.</summary>
internal sealed class ProtocolViolation(string message) : Exception(message);
