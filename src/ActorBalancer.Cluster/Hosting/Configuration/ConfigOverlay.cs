using System.Globalization;
using ActorBalancer.Options;

namespace ActorBalancer.Hosting;

/// <summary>A layer made of single values by path: from the environment, the command line or code. List items end in their number.</summary>
internal sealed class ConfigOverlay(ConfigSchema schema, List<ConfigurationError> errors)
{
    private readonly ConfigBlock _root = ConfigBlock.Empty("");
    private readonly Dictionary<string, (string[] Path, SortedDictionary<int, ConfigText> Items)> _lists = new(StringComparer.Ordinal);

    /// <summary>Adds a value; the shape of the path is checked with the layer, except that an empty text for a list empties it.</summary>
    public void Add(string[] path, string text, string origin)
    {
        ConfigText value = new(text, origin);
        if (path.Length > 1 && schema.Find(path[..^1]) is ConfigList)
        {
            AddItem(path, value);
            return;
        }

        ConfigNode node = text.Length == 0 && schema.Find(path) is ConfigList ? new ConfigList([], origin) : value;
        if (!Set(path, node)) errors.Add(new ConfigurationError(string.Join('.', path), text, "is set twice") { Origin = origin });
    }

    public ConfigBlock Build()
    {
        foreach ((string[] path, SortedDictionary<int, ConfigText> items) in _lists.Values)
        {
            ConfigText first = items.Values.First();
            if (items.Keys.Last() != items.Count - 1)
                errors.Add(new ConfigurationError(string.Join('.', path), null, $"the items of a list are numbered from 0 without a gap, not {string.Join(", ", items.Keys)}") { Origin = first.Origin });
            else if (!Set(path, new ConfigList([.. items.Values.Select(i => i.Text)], first.Origin)))
                errors.Add(new ConfigurationError(string.Join('.', path), null, "is set twice, as a whole and by items") { Origin = first.Origin });
        }

        return _root;
    }

    private void AddItem(string[] path, ConfigText value)
    {
        string at = string.Join('.', path);
        if (!int.TryParse(path[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            errors.Add(new ConfigurationError(at, value.Text, "the items of a list are numbered from 0") { Origin = value.Origin });
            return;
        }

        string[] list = path[..^1];
        string key = string.Join('\n', list);
        if (!_lists.TryGetValue(key, out var entry)) _lists[key] = entry = (list, []);
        if (!entry.Items.TryAdd(index, value)) errors.Add(new ConfigurationError(at, value.Text, "is set twice") { Origin = value.Origin });
    }

    private bool Set(string[] path, ConfigNode node)
    {
        ConfigBlock block = _root;
        foreach (string key in path[..^1])
        {
            if (!block.Children.TryGetValue(key, out ConfigNode? next)) block.Children[key] = next = ConfigBlock.Empty(node.Origin);
            if (next is not ConfigBlock inner) return false;
            block = inner;
        }

        return block.Children.TryAdd(path[^1], node);
    }
}
