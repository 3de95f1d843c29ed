using ActorBalancer.Options;

namespace ActorBalancer.Hosting;

/// <summary>
/// Reads the values of one block into their types. A value that cannot be read is noted, and then either replaced by an
/// impossible one (so that the validator names the range) or by the next lower layer's (so that everything else can be checked).
/// </summary>
internal sealed class SectionReader(string path, ConfigBlock? own, ConfigBlock[] under, SectionReader.Context context)
{
    /// <summary>What the readers of one configuration share.</summary>
    /// <param name="Impossible">Whether to put impossible values in the place of unreadable ones.</param>
    /// <param name="Unread">By full path: the text and what would be readable.</param>
    internal sealed record Context(bool Impossible, Dictionary<string, (string Text, string Wanted)> Unread);

    private delegate bool Parser<T>(string text, out T value);

    public SectionReader Section(string key) =>
        new($"{path}.{key}", own?.Block(key), [.. under.Select(b => b.Block(key)).OfType<ConfigBlock>()], context);

    public string Text(string key) => Read(key, static (string text, out string value) => (value = text) is not null, "", "");

    public int Whole(string key) => Read(key, ValueText.TryWhole, int.MinValue, "");

    public double Number(string key) => Read(key, ValueText.TryNumber, double.NaN, "");

    public double? NumberOr(string key, string word) =>
        Read(key, (string text, out double? value) => Optional(text, word, ValueText.TryNumber, out value), double.NaN, $"or {word}");

    public T? WordOrEmpty<T>(string key)
        where T : struct, Enum =>
        Read(key, (string text, out T? value) => Optional(text, "", ValueText.TryWord, out value), (T)Enum.ToObject(typeof(T), -1), "or empty");

    public T Word<T>(string key)
        where T : struct, Enum => Read(key, ValueText.TryWord, (T)Enum.ToObject(typeof(T), -1), "");

    public TimeSpan Duration(string key) => Read(key, ValueText.TryDuration, TimeSpan.MinValue, ValueText.DurationUnits);

    public long Size(string key) => Read(key, ValueText.TrySize, long.MinValue, ValueText.SizeUnits);

    public int SmallSize(string key) => (int)Math.Clamp(Size(key), int.MinValue, int.MaxValue);

    public bool OnOff(string key) => Read(key, ValueText.TryOnOff, false, "on or off");

    public IReadOnlyList<string> List(string key) =>
        ((own?.Child(key) ?? under.Select(b => b.Child(key)).First(n => n is not null)) as ConfigList)!.Items;

    private static bool Optional<T>(string text, string word, Parser<T> parse, out T? value)
        where T : struct
    {
        value = null;
        if (text == word) return true;
        if (!parse(text, out T read)) return false;
        value = read;
        return true;
    }

    private T Read<T>(string key, Parser<T> parse, T impossible, string wanted)
    {
        if (own?.Child(key) is ConfigText mine)
        {
            if (parse(mine.Text, out T value)) return value;
            context.Unread[$"{path}.{key}"] = (mine.Text, wanted);
            if (context.Impossible) return impossible;
        }

        foreach (ConfigBlock block in under)
            if (block.Child(key) is ConfigText text && parse(text.Text, out T value)) return value;
        throw new InvalidOperationException($"reference.conf has no readable default for {path}.{key}.");
    }
}
