using ActorBalancer.Options;

namespace ActorBalancer.Hosting;

/// <summary>
/// Finds the key that an environment variable names: <c>.</c> is written <c>__</c>, <c>-</c> is written <c>_</c>, in any
/// case. Since a name says less than a key, it is matched against the keys and queues that there are.
/// </summary>
internal sealed class EnvironmentNames(ConfigSchema schema, ConfigBlock below)
{
    public const string Prefix = "ACTORBALANCER__";

    /// <summary>Adds each variable with our prefix to <paramref name="overlay"/>; one that names no key is an error.</summary>
    public void Read(IReadOnlyDictionary<string, string> environment, ConfigOverlay overlay, List<ConfigurationError> errors)
    {
        foreach ((string name, string value) in environment.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) continue;
            ConfigBlock root = (ConfigBlock)schema.Reference.Child(ConfigSchema.Root)!;
            string? problem = Resolve(name[Prefix.Length..].ToUpperInvariant(), root, [ConfigSchema.Root], out string[] path);
            if (problem is null) overlay.Add(path, value, $"environment variable {name}");
            else errors.Add(new ConfigurationError(name, null, problem) { Origin = "environment" });
        }
    }

    private string? Resolve(string rest, ConfigBlock shape, string[] at, out string[] path)
    {
        path = at;
        IEnumerable<string> keys = shape.Children.Keys;
        if (schema.IsQueues(shape))
        {
            int end = rest.IndexOf("__", StringComparison.Ordinal);
            keys = (below.Find(at) as ConfigBlock)?.Children.Keys.Append(NewQueue(rest, end)) ?? [NewQueue(rest, end)];
        }

        // The longest first: a queue mail.eu (MAIL__EU) comes before a queue mail.
        foreach (string key in keys.OrderByDescending(k => k.Length))
        {
            string name = Name(key);
            if (name.Length == 0 || !rest.StartsWith(name, StringComparison.Ordinal)) continue;
            string[] found = [.. at, key];
            ConfigNode child = schema.Child(shape, key)!;
            if (rest.Length == name.Length && child is not ConfigBlock)
            {
                path = found;
                return null;
            }

            if (!rest.AsSpan(name.Length).StartsWith("__")) continue;
            string inner = rest[(name.Length + 2)..];
            if (child is ConfigBlock block) return Resolve(inner, block, found, out path);
            if (child is ConfigList)
            {
                path = [.. found, inner];
                return null;
            }
        }

        string[] valid = schema.IsQueues(shape) ? ["<queue>__<KEY>"] : [.. shape.Children.Keys.Select(Name)];
        string before = string.Concat(at.Select(k => Name(k) + "__"));
        string? closest = Spelling.Closest(rest.Split("__")[0], valid);
        return $"unknown variable; {(closest is null ? "v" : $"did you mean {before}{closest}? V")}alid after {before}: {string.Join(", ", valid)}";
    }

    private static string NewQueue(string rest, int end) => (end < 0 ? rest : rest[..end]).ToLowerInvariant();

    private static string Name(string key) =>
        key.Replace("-", "_", StringComparison.Ordinal).Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant();
}
