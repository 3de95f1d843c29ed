using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using ActorBalancer.Options;

namespace ActorBalancer.Hosting;

/// <summary>Writes options as the HOCON text that gives them again; by reflection, so that no key is forgotten.</summary>
internal sealed partial class OptionsWriter(ConfigSchema schema)
{
    private readonly StringBuilder _text = new();

    public string Write(BalancerOptions options)
    {
        Block([ConfigSchema.Root], ConfigSchema.Root, options);
        return _text.ToString();
    }

    /// <summary>The properties of an option record that stand in the configuration; the others are computed from them.</summary>
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(BalancerOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(RemotingOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(RemotingTlsOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(HttpOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(HttpTlsOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(WorkerOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(QueueOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(BackoffOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(RouterOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(LimitOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(MemoryOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(SqliteOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(PostgresOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(RetentionOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(MetricsOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(RoleNames))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(ExecOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(CallOptions))]
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "All records of options are named above.")]
    internal static IEnumerable<PropertyInfo> Properties(Type record) =>
        record.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite);

    /// <summary>Such as <c>max-waiting</c> for <c>MaxWaiting</c>.</summary>
    internal static string Key(string property) => Hump().Replace(property, "-$0").ToLowerInvariant();

    private void Block(string[] path, string key, object record)
    {
        Line(path, $"{key} {{");
        foreach (PropertyInfo property in Properties(record.GetType()))
        {
            string name = Key(property.Name);
            Entry([.. path, name], name, property.GetValue(record));
        }

        Line(path, "}");
    }

    private void Entry(string[] path, string key, object? value)
    {
        switch (value)
        {
            case IReadOnlyDictionary<string, QueueOptions> { Count: 0 }:
                Line(path, $"{key} {{}}");
                break;
            case IReadOnlyDictionary<string, QueueOptions> queues:
                Line(path, $"{key} {{");
                foreach ((string name, QueueOptions queue) in queues.OrderBy(q => q.Key, StringComparer.Ordinal)) Block([.. path, name], Quoted(name), queue);
                Line(path, "}");
                break;
            case not (null or string or ValueType or IEnumerable):
                Block(path, key, value);
                break;
            default:
                Line(path, $"{key} = {Value(path, value)}");
                break;
        }
    }

    private string Value(string[] path, object? value) => value switch
    {
        // Only weight and binding can be null, and reference.conf holds the word for it.
        null => ((ConfigText)schema.Find(path)!).Text is { Length: > 0 } word ? word : Quoted(""),
        string text => Quoted(text),
        IEnumerable<string> items => $"[{string.Join(", ", items.Select(Quoted))}]",
        bool on => on ? "on" : "off",
        TimeSpan duration => OptionText.Of(duration),
        double number => OptionText.Of(number),
        int or long when IsSize(path) => OptionText.OfBytes(Convert.ToInt64(value, null)),
        int or long => OptionText.Of(Convert.ToInt64(value, null)),
        Enum => value.ToString()!.ToLowerInvariant(),
        _ => throw new InvalidOperationException($"No text for {string.Join('.', path)}, a {value.GetType().Name}."),
    };

    /// <summary>A size is what has a unit in reference.conf.</summary>
    private bool IsSize(string[] path) => ((ConfigText)schema.Find(path)!).Text is { Length: > 0 } text && text[^1] == 'B';

    private void Line(string[] path, string text) => _text.Append(' ', 2 * (path.Length - 1)).Append(text).Append('\n');

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Hump();
}
