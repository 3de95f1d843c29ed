using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ActorBalancer;

/// <summary>
/// How arguments and results become JSON and back: with web defaults, by the contexts that the application gave for what they know, else by
/// reflection. A trimmed application has no reflection here.
/// </summary>
internal sealed class JobJson
{
    private readonly bool _byReflection;
    private readonly IJsonTypeInfoResolver[] _contexts;
    private readonly JsonSerializerOptions _options;

    internal JobJson(bool byReflection, params IJsonTypeInfoResolver[] contexts)
    {
        (_byReflection, _contexts) = (byReflection, contexts);
        _options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            TypeInfoResolver = JsonTypeInfoResolver.Combine([.. contexts, byReflection ? Reflection() : null]),
        };
        _options.MakeReadOnly();
    }

    /// <summary>Knows no context.</summary>
    public static JobJson Default { get; } = new(JsonSerializer.IsReflectionEnabledByDefault);

    public JobJson With(JsonSerializerContext context) => new(_byReflection, [.. _contexts, context]);

    /// <exception cref="NotSupportedException">No context knows the type, and it cannot be written by reflection; the message says what to do.</exception>
    public byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Of<T>());

    /// <summary>As if it were of that type.</summary>
    /// <inheritdoc cref="Write{T}(T)"/>
    public byte[] Write(object value, Type type) => JsonSerializer.SerializeToUtf8Bytes(value, Of(type));

    /// <exception cref="NotSupportedException">As above.</exception>
    /// <exception cref="JsonException">The text is no JSON of that type.</exception>
    public T? Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, Of<T>());

    private JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Of(typeof(T));

    private JsonTypeInfo Of(Type type) => _options.TryGetTypeInfo(type, out JsonTypeInfo? info)
        ? info
        : throw new NotSupportedException($"{type.FullName} is in no JsonSerializerContext: add [JsonSerializable(typeof({type.Name}))] to one and give it to the builder's Json(...).");

    // The application turns reflection off where it is trimmed, and then this is not called.
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only called where reflection is enabled, which trimming turns off.")]
    private static DefaultJsonTypeInfoResolver Reflection() => new();
}
