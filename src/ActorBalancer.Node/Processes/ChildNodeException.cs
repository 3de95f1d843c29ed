namespace ActorBalancer.Node.Processes;

/// <summary>A child process did not do its part; the message ends with what it said last.</summary>
internal sealed class ChildNodeException(string problem, string log)
    : Exception(log.Length == 0 ? problem : $"{problem} It said:\n{log}");
