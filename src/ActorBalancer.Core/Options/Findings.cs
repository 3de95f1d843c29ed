using System.Text.RegularExpressions;

namespace ActorBalancer.Options;

/// <summary>Collects errors below one key; each check names the value found and what is allowed instead.</summary>
internal sealed class Findings(string path, List<ConfigurationError> all)
{
    public IReadOnlyList<ConfigurationError> All => all;

    public Findings At(string key) => new($"{path}.{key}", all);

    public void Add(string? key, string? value, string problem) =>
        all.Add(new ConfigurationError(key is null ? path : $"{path}.{key}", value, problem));

    public void Number(string key, long value, long least, long most)
    {
        if (value < least || value > most)
            Add(key, OptionText.Of(value), $"a whole number from {OptionText.Of(least)} to {OptionText.Of(most)}");
    }

    public void Number(string key, double value, double least, double most)
    {
        // Written so that not-a-number fails too.
        if (!(value >= least && value <= most))
            Add(key, OptionText.Of(value), $"a number from {OptionText.Of(least)} to {OptionText.Of(most)}");
    }

    public void Size(string key, long value, long least, long most)
    {
        if (value < least || value > most)
            Add(key, OptionText.OfBytes(value), $"a size from {OptionText.OfBytes(least)} to {OptionText.OfBytes(most)}");
    }

    public void Duration(string key, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
            Add(key, OptionText.Of(value), $"a duration from {OptionText.Of(least)} to {OptionText.Of(most)}");
    }

    public void NotAbove(string key, TimeSpan value, string other, TimeSpan most)
    {
        if (value > most) Add(key, OptionText.Of(value), $"must not be above {other} ({OptionText.Of(most)})");
    }

    public void OneOf(string key, string value, IReadOnlyCollection<string> allowed)
    {
        if (!allowed.Contains(value)) Add(key, value, allowed.Count == 1 ? $"must be {allowed.First()}" : $"one of {string.Join(", ", allowed)}");
    }

    public void Word<T>(string key, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value)) Add(key, OptionText.Of(value), $"one of {string.Join(", ", Enum.GetValues<T>().Select(OptionText.Of))}");
    }

    public void Form(string key, string value, Regex form, string pattern)
    {
        if (!form.IsMatch(value)) Add(key, value.Length == 0 ? "\"\"" : value, $"must have the form {pattern}");
    }
}
