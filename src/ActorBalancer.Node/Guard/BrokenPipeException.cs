namespace ActorBalancer.Node.Guard;

/// <summary>Nobody reads the other end any more.</summary>
internal sealed class BrokenPipeException() : IOException("the reading end of the pipe is closed");
