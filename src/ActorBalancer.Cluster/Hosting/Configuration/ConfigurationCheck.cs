using ActorBalancer.Options;

namespace ActorBalancer.Hosting;

/// <summary>Reads merged layers into options and words every error as the person wrote the value, and where.</summary>
internal sealed class ConfigurationCheck
{
    private readonly ConfigBlock _merged;
    private readonly ConfigBlock _reference;
    private readonly List<ConfigurationError> _errors;
    private readonly Dictionary<string, ConfigNode> _written = new(StringComparer.Ordinal);

    public ConfigurationCheck(ConfigBlock merged, ConfigBlock reference, List<ConfigurationError> errors)
    {
        (_merged, _reference, _errors) = (merged, reference, errors);
        Index("", merged);
    }

    /// <summary>
    /// Reads twice when some text cannot be read: once with impossible values, for the validator's words on them, and once
    /// with lower layers' values in their place, for everything else.
    /// </summary>
    public BalancerOptions Read()
    {
        SectionReader.Context context = new(Impossible: true, new(StringComparer.Ordinal));
        (BalancerOptions options, IReadOnlyList<ConfigurationError> found) = Validated(context);
        foreach ((string path, (string text, string wanted)) in context.Unread)
        {
            string? range = found.FirstOrDefault(e => e.Path == path)?.Problem;
            string problem = string.Join("; ", new[] { range, wanted }.Where(part => !string.IsNullOrEmpty(part)));
            _errors.Add(AsWritten(new ConfigurationError(path, text, problem)));
        }

        if (context.Unread.Count > 0) (options, found) = Validated(context with { Impossible = false });
        _errors.AddRange(found.Where(e => !context.Unread.ContainsKey(e.Path) && !Inherited(e, found)).Select(AsWritten));
        return options;
    }

    private (BalancerOptions Options, IReadOnlyList<ConfigurationError> Errors) Validated(SectionReader.Context context)
    {
        BalancerOptions options = OptionsReader.Read(_merged, _reference, context);
        return (options, OptionsValidator.Validate(options));
    }

    /// <summary>Whether a queue only repeats an error that was made once, in queue-defaults.</summary>
    private bool Inherited(ConfigurationError error, IReadOnlyList<ConfigurationError> all)
    {
        const string Queues = $"{ConfigSchema.Root}.queues.";
        if (!error.Path.StartsWith(Queues, StringComparison.Ordinal) || _written.ContainsKey(error.Path)) return false;
        return all.Any(e => e.Path.StartsWith($"{ConfigSchema.Root}.queue-defaults.", StringComparison.Ordinal)
            && error.Path.EndsWith(e.Path[$"{ConfigSchema.Root}.queue-defaults".Length..], StringComparison.Ordinal)
            && e.Value == error.Value && e.Problem == error.Problem);
    }

    /// <summary>The error with the value as it stands in its file or variable, and the place.</summary>
    private ConfigurationError AsWritten(ConfigurationError error)
    {
        string path = error.Path;
        if (_written.TryGetValue(path, out ConfigNode? node) && node is ConfigText text)
            return error with { Value = error.Value is null ? null : text.Text.Length == 0 ? "\"\"" : text.Text, Origin = node.Origin };

        // An item of a list has the place of its list.
        if (node is null && path.LastIndexOf('.') is var dot and > 0) _written.TryGetValue(path[..dot], out node);
        return error with { Origin = node?.Origin ?? "" };
    }

    private void Index(string path, ConfigNode node)
    {
        if (path.Length > 0) _written[path] = node;
        if (node is not ConfigBlock block) return;
        foreach ((string key, ConfigNode child) in block.Children) Index(path.Length == 0 ? key : $"{path}.{key}", child);
    }
}
