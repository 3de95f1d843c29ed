using ActorBalancer.Options;

namespace ActorBalancer.Hosting;

/// <summary>
/// The keys there are: those of <c>reference.conf</c>, where each one stands with its default, and below each name in
/// <c>queues</c> those of <c>queue-defaults</c>.
/// </summary>
internal sealed class ConfigSchema(ConfigBlock reference)
{
    public const string Root = "actorbalancer";

    private readonly ConfigBlock _queues = (ConfigBlock)reference.Find([Root, "queues"])!;
    private readonly ConfigBlock _queue = (ConfigBlock)reference.Find([Root, "queue-defaults"])!;

    public ConfigBlock Reference => reference;

    public bool IsQueues(ConfigNode node) => ReferenceEquals(node, _queues);

    /// <summary>What <paramref name="key"/> below <paramref name="parent"/> (a block of this schema) has to look like, or null.</summary>
    public ConfigNode? Child(ConfigBlock parent, string key) => IsQueues(parent) ? _queue : parent.Child(key);

    public ConfigNode? Find(IEnumerable<string> path)
    {
        ConfigNode? node = reference;
        foreach (string key in path) node = node is ConfigBlock block ? Child(block, key) : null;
        return node;
    }

    /// <summary>The part of <paramref name="layer"/> that has known keys and the right shape; the rest becomes errors.</summary>
    public ConfigBlock Check(ConfigBlock layer, List<ConfigurationError> errors) => Check(layer, reference, "", errors);

    private ConfigBlock Check(ConfigBlock layer, ConfigBlock shape, string path, List<ConfigurationError> errors)
    {
        ConfigBlock known = ConfigBlock.Empty(layer.Origin);
        foreach ((string key, ConfigNode node) in layer.Children)
        {
            string at = path.Length == 0 ? key : $"{path}.{key}";
            switch (node, Child(shape, key))
            {
                case (_, null):
                    errors.Add(new ConfigurationError(at, null, Unknown(key, shape, path)) { Origin = FirstOrigin(node) });
                    break;
                case (ConfigBlock block, ConfigBlock inner):
                    known.Children[key] = Check(block, inner, at, errors);
                    break;
                case (ConfigList, ConfigList) or (ConfigText, ConfigText):
                    known.Children[key] = node;
                    break;
                case (_, ConfigBlock inner):
                    errors.Add(new ConfigurationError(at, Shown(node), $"a block {{ ... }} with {string.Join(", ", inner.Children.Keys)}") { Origin = node.Origin });
                    break;
                case (_, ConfigList):
                    errors.Add(new ConfigurationError(at, Shown(node), "a list such as [\"a\", \"b\"]") { Origin = FirstOrigin(node) });
                    break;
                default:
                    errors.Add(new ConfigurationError(at, Shown(node), "one value, not a list or a block") { Origin = FirstOrigin(node) });
                    break;
            }
        }

        return known;
    }

    private string Unknown(string key, ConfigBlock shape, string path)
    {
        if (path.Length == 0)
        {
            bool misplaced = ((ConfigBlock)reference.Child(Root)!).Child(key) is not null;
            string? top = misplaced ? $"{Root}.{key}" : Spelling.Closest(key, [Root, "akka"]);
            return $"unknown key; {(top is null ? "v" : $"did you mean {top}? V")}alid here: {Root}, akka";
        }

        string? closest = Spelling.Closest(key, shape.Children.Keys);
        string quote = path.StartsWith($"{Root}.queues.", StringComparison.Ordinal) ? " (the name of a queue with a dot stands in \"quotes\")" : "";
        return $"unknown key; {(closest is null ? "v" : $"did you mean {closest}? V")}alid here: {string.Join(", ", shape.Children.Keys)}{quote}";
    }

    private static string Shown(ConfigNode node) => node switch
    {
        ConfigText text => text.Text,
        ConfigList list => $"[{string.Join(", ", list.Items)}]",
        _ => "{ ... }",
    };

    /// <summary>A block spans lines; the line of its first value leads the reader there.</summary>
    private static string FirstOrigin(ConfigNode node) =>
        node is ConfigBlock { Children.Count: > 0 } block ? FirstOrigin(block.Children.Values.First()) : node.Origin;
}
