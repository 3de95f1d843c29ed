namespace ActorBalancer.Cluster.Worker;

/// <summary>A payload is not what its kind takes. The message is shown with the attempt, so it never repeats the payload.</summary>
internal sealed class InvalidArgumentsException(string message, Exception? inner = null) : Exception(message, inner);
