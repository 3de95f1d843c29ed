using System.Globalization;
using ActorBalancer.Options;

namespace ActorBalancer.Hosting;

/// <summary>
/// Finds the key that a path of an <c>IConfiguration</c> section names, such as <c>Worker:Slots</c> or <c>QueueDefaults:TimeLimit</c>: case,
/// hyphens and underscores do not count.
/// </summary>
internal sealed class SectionNames(ConfigSchema schema)
{
    /// <summary>Adds each value to <paramref name="overlay"/>; a path that names no key is kept as it is, and so found by the check.</summary>
    public void Read(IReadOnlyList<KeyValuePair<string, string>> values, string section, ConfigOverlay overlay)
    {
        foreach ((string path, string value) in values.OrderBy(v => v.Key, StringComparer.OrdinalIgnoreCase))
            overlay.Add(Resolve(path.Split(':')), Text(value), $"{section}:{path}");
    }

    private string[] Resolve(string[] segments)
    {
        string[] found = [ConfigSchema.Root, .. segments];
        ConfigNode? shape = schema.Reference.Child(ConfigSchema.Root);
        for (int i = 1; i < found.Length && shape is ConfigBlock block; i++)
        {
            // Names of queues are lower case by rule.
            found[i] = schema.IsQueues(block) ? found[i].ToLowerInvariant() : block.Children.Keys.FirstOrDefault(key => Plain(key) == Plain(found[i])) ?? found[i];
            shape = schema.Child(block, found[i]);
        }
        return found;
    }

    private static string Plain(string name) =>
        name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>As .NET writes switches and spans of time, and as we do.</summary>
    private static string Text(string value)
    {
        if (bool.TryParse(value, out bool isOn))
            return isOn ? "on" : "off";
        bool isSpan = value.Count(c => c == ':') == 2 && TimeSpan.TryParseExact(value, "c", CultureInfo.InvariantCulture, out _);
        return isSpan ? OptionText.Of(TimeSpan.ParseExact(value, "c", CultureInfo.InvariantCulture)) : value;
    }
}
