namespace ActorBalancer.Options;

/// <summary>One thing that is wrong with a configuration, worded for the person who wrote it.</summary>
/// <param name="Path">The full key, such as <c>actorbalancer.worker.slots</c>; empty for a file that cannot be read at all.</param>
/// <param name="Value">What was found there, as text; null where the key itself is wrong.</param>
/// <param name="Problem">What is wrong, with the values or the range that are allowed.</param>
public sealed record ConfigurationError(string Path, string? Value, string Problem)
{
    /// <summary>Where the value was written: file and line, environment variable, or code. Empty: unknown, or the defaults.</summary>
    public string Origin { get; init; } = "";

    /// <summary>The error on one line.</summary>
    public override string ToString()
    {
        string key = Value is null ? Path : $"{Path} = {Value}";
        string text = key.Length == 0 ? Problem : $"{key}: {Problem}";
        return Origin.Length == 0 ? text : $"{text} ({Origin})";
    }
}
