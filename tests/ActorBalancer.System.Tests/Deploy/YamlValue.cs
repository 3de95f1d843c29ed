using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace ActorBalancer.SystemTests.Deploy;

/// <summary>A value of a YAML file, anchors and merges resolved. Asking for what is not there fails with its path.</summary>
internal sealed class YamlValue(object? value, string path)
{
    public string Text => Assert.IsType<string>(value);

    public IEnumerable<YamlValue> Items =>
        Assert.IsType<List<object>>(value).Select((item, i) => new YamlValue(item, $"{path}[{i}]"));

    public IReadOnlyDictionary<string, YamlValue> Members => Assert.IsType<Dictionary<object, object>>(value)
        .ToDictionary(m => (string)m.Key, m => new YamlValue(m.Value, $"{path}.{m.Key}"), StringComparer.Ordinal);

    public YamlValue this[string key] =>
        Find(key) ?? throw new Xunit.Sdk.XunitException($"{path} has no {key}");

    public YamlValue? Find(string key) =>
        value is Dictionary<object, object> members && members.TryGetValue(key, out object? found) ? new YamlValue(found, $"{path}.{key}") : null;

    /// <summary>The documents of a file.</summary>
    public static IReadOnlyList<YamlValue> Load(string file)
    {
        using StringReader text = new(File.ReadAllText(file));
        MergingParser parser = new(new Parser(text));
        IDeserializer reader = new DeserializerBuilder().Build();
        List<YamlValue> documents = [];
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _))
            documents.Add(new YamlValue(reader.Deserialize(parser), $"{Path.GetFileName(file)}#{documents.Count}"));
        return documents;
    }
}
