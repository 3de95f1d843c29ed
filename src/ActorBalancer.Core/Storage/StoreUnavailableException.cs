namespace ActorBalancer.Storage;

/// <summary>
/// A store could not answer: it is away, read-only or full, or it was never opened. Nothing was changed, or nothing that another try
/// would not change again. A commit says the same by its <see cref="CommitResult"/>.
/// </summary>
internal sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
