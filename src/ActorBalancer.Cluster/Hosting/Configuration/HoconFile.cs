using Akka.Configuration;
using Akka.Configuration.Hocon;
using ActorBalancer.Options;

namespace ActorBalancer.Hosting;

/// <summary>One HOCON text: our part of it as nodes that know their line, and Akka's part as Akka wants it.</summary>
internal sealed class HoconFile
{
    private readonly string _origin;
    private readonly HoconScanner _outline;

    private HoconFile(string origin, HoconScanner outline) => (_origin, _outline) = (origin, outline);

    /// <summary>Everything in the file but the <c>akka</c> block.</summary>
    public ConfigBlock Root { get; private set; } = ConfigBlock.Empty("");

    /// <summary>The <c>akka</c> block, still under that key; empty when there is none.</summary>
    public Config Akka { get; private set; } = Config.Empty;

    /// <summary>Reads a text; what is wrong with its form goes to <paramref name="errors"/>, and then the file counts as empty.</summary>
    public static HoconFile Read(string text, string origin, List<ConfigurationError> errors)
    {
        HoconScanner outline = HoconScanner.Scan("");
        HoconFile file = new(origin, outline);
        try
        {
            outline = HoconScanner.Scan(text);
            file = new HoconFile(origin, outline);
            file.Parse(outline.ForAkka);
        }
        catch (FormatException error)
        {
            // Ours names the line; the parser's only says which substitution it could not resolve.
            (string path, int line) = outline.Substitutions.Find(s => error.Message.EndsWith(' ' + s.Path, StringComparison.Ordinal));
            errors.Add(new ConfigurationError("", null, path is null ? error.Message : $"line {line}: there is no {path} in this file") { Origin = origin });
        }
        catch (ConfigurationException error)
        {
            errors.Add(new ConfigurationError("", null, error.Message) { Origin = origin });
        }

        foreach ((string[] path, int first, int second) in outline.Repeated.Where(r => r.Path[0] != "akka"))
            errors.Add(new ConfigurationError(string.Join('.', path), null, $"is there twice, on line {first} and on line {second}") { Origin = origin });
        return file;
    }

    private void Parse(string text)
    {
        // The parser would refuse a text without any key.
        if (string.IsNullOrWhiteSpace(text)) return;
        HoconObject root = ConfigurationFactory.ParseString(text).Root.GetObject();
        if (root.Items.Remove("akka", out HoconValue? akka))
        {
            HoconObject only = new();
            only.Items["akka"] = akka;
            HoconValue value = new();
            value.NewValue(only);
            Akka = new Config(new HoconRoot(value));
        }

        Root = Block(root, []);
    }

    private ConfigBlock Block(HoconObject from, string[] path)
    {
        ConfigBlock block = ConfigBlock.Empty(_origin);
        foreach ((string key, HoconValue value) in from.Items) block.Children[key] = Node(value, [.. path, key]);
        return block;
    }

    private ConfigNode Node(HoconValue value, string[] path)
    {
        if (value.IsObject()) return Block(value.GetObject(), path);
        int line = _outline.LineOf(path);
        string origin = line > 0 ? $"{_origin}, line {line}" : _origin;

        // HoconValue.IsArray says no to an empty list.
        if (value.Values.Any(v => v.IsArray()))
            return new ConfigList([.. value.GetArray().Select(Text)], origin);
        return new ConfigText(Text(value), origin);
    }

    private static string Text(HoconValue value) => (value.IsString() ? value.GetString() : value.ToString())?.Trim() ?? "";
}
