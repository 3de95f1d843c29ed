namespace ActorBalancer.Node.Certs;

/// <summary>Certificates could not be made; the message says what to do.</summary>
internal sealed class CertsException(string message, Exception? cause = null) : Exception(message, cause);
