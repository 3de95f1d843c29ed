using ActorBalancer.Hosting;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorBalancer.Node.Tools;

/// <summary>A configuration as a list of its values, each with where it comes from.</summary>
internal static class ConfigEntries
{
    private const string Hidden = "(hidden)";

    private static readonly string[] Secret = ["password", "secret", "token", "connection", "passphrase", "credential"];

    public static ConfigEntry[] Of(BalancerConfiguration configuration, string? file) =>
        [.. Ours("", configuration.Merged), .. configuration.Akka.IsEmpty ? [] : Akkas("", configuration.Akka.Root.GetObject(), file ?? "")];

    private static IEnumerable<ConfigEntry> Ours(string path, ConfigBlock block) => block.Children.SelectMany(child =>
    {
        string key = Join(path, child.Key);
        return child.Value switch
        {
            ConfigBlock inner => Ours(key, inner),
            ConfigText text => [new ConfigEntry(key, Shown(key, text.Text), Origin(text))],
            ConfigList list => [new ConfigEntry(key, $"[{string.Join(", ", list.Items.Select(i => $"\"{i}\""))}]", Origin(list))],
            _ => throw new InvalidOperationException($"{child.Value.GetType().Name} is no kind of configuration."),
        };
    });

    private static IEnumerable<ConfigEntry> Akkas(string path, HoconObject block, string file) => block.Items.SelectMany(child =>
    {
        string key = Join(path, child.Key);
        return child.Value.IsObject() ? Akkas(key, child.Value.GetObject(), file) : [new ConfigEntry(key, Shown(key, child.Value.ToString()?.Trim() ?? ""), file)];
    });

    /// <summary>Where a secret is to be found is none.</summary>
    private static string Shown(string key, string value)
    {
        bool named = value.StartsWith("env:", StringComparison.Ordinal) || value.StartsWith("file:", StringComparison.Ordinal);
        string last = key[(key.LastIndexOf('.') + 1)..];
        if (!named && value.Length > 0 && Secret.Any(word => last.Contains(word, StringComparison.OrdinalIgnoreCase)))
            return Hidden;
        return value.Length == 0 ? "\"\"" : value;
    }

    // The files built into the program have no name, hence no more than a line.
    private static string Origin(ConfigNode node) => node.Origin.Length == 0 || node.Origin[0] == ',' ? "default" : node.Origin;

    private static string Join(string path, string key)
    {
        string part = key.Contains('.', StringComparison.Ordinal) ? $"\"{key}\"" : key;
        return path.Length == 0 ? part : $"{path}.{part}";
    }
}
