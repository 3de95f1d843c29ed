namespace ActorBalancer.Hosting;

/// <summary>A piece of configuration together with where it was written; empty origin: our own defaults.</summary>
internal abstract record ConfigNode(string Origin);

/// <summary>A value that is not yet understood.</summary>
internal sealed record ConfigText(string Text, string Origin) : ConfigNode(Origin);

/// <summary>A list of values.</summary>
internal sealed record ConfigList(IReadOnlyList<string> Items, string Origin) : ConfigNode(Origin);

/// <summary>Keys with what lies below them.</summary>
internal sealed record ConfigBlock(SortedDictionary<string, ConfigNode> Children, string Origin) : ConfigNode(Origin)
{
    public static ConfigBlock Empty(string origin) => new(new SortedDictionary<string, ConfigNode>(StringComparer.Ordinal), origin);

    public ConfigNode? Child(string key) => Children.GetValueOrDefault(key);

    public ConfigBlock? Block(string key) => Child(key) as ConfigBlock;

    /// <summary>What stands at <paramref name="path"/>, or null.</summary>
    public ConfigNode? Find(IEnumerable<string> path)
    {
        ConfigNode? node = this;
        foreach (string key in path) node = (node as ConfigBlock)?.Child(key);
        return node;
    }

    /// <summary>This block with <paramref name="over"/> laid over it: blocks are joined, texts and lists replaced.</summary>
    public ConfigBlock With(ConfigBlock over)
    {
        ConfigBlock result = new(new SortedDictionary<string, ConfigNode>(Children, StringComparer.Ordinal), over.Origin);
        foreach ((string key, ConfigNode node) in over.Children)
            result.Children[key] = node is ConfigBlock block && result.Child(key) is ConfigBlock under ? under.With(block) : node;
        return result;
    }
}
