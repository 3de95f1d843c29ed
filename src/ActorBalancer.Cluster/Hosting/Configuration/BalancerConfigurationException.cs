using ActorBalancer.Options;

namespace ActorBalancer.Hosting;

/// <summary>The configuration cannot be used. The message has one error a line, and all of them.</summary>
public sealed class BalancerConfigurationException : Exception
{
    internal BalancerConfigurationException(IReadOnlyList<ConfigurationError> errors, Exception? cause = null)
        : base(string.Join('\n', errors), cause) => Errors = errors;

    /// <summary>Every error found, in the order of the layers and keys.</summary>
    public IReadOnlyList<ConfigurationError> Errors { get; }
}
