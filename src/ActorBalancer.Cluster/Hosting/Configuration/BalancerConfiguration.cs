using System.Text;
using Akka.Configuration;
using ActorBalancer.Options;

namespace ActorBalancer.Hosting;

/// <summary>
/// A checked configuration. Layers, each over the one before: the embedded <c>reference.conf</c>, the file of the role,
/// the user's file, a section of the application's configuration, the environment, overrides from code or command line.
/// </summary>
public sealed class BalancerConfiguration
{
    private static readonly ConfigSchema Schema = new(Embedded("reference.conf").Root);

    private BalancerConfiguration(BalancerOptions options, Config akka, ConfigBlock merged) => (Options, Akka, Merged) = (options, akka, merged);

    /// <summary>The values to run with, all checked.</summary>
    public BalancerOptions Options { get; }

    /// <summary>The <c>akka</c> block of the user's file, untouched; empty when there is none.</summary>
    public Config Akka { get; }

    /// <summary>All layers in one, each value with where it was written.</summary>
    internal ConfigBlock Merged { get; }

    /// <summary>What <c>reference.conf</c> alone gives.</summary>
    public static BalancerOptions Defaults() => Load(new ConfigurationSources()).Options;

    /// <summary>Joins, reads and checks the layers.</summary>
    /// <exception cref="BalancerConfigurationException">Something is wrong; it lists all of it.</exception>
    public static BalancerConfiguration Load(ConfigurationSources sources)
    {
        List<ConfigurationError> errors = [];
        ConfigBlock merged = Schema.Reference;
        merged = merged.With(Schema.Check(Overlay(sources.Base, sources.OverridesOrigin, null, errors), errors));
        if (sources.Role is { } role) merged = merged.With(RoleFile(role, errors));

        HoconFile file = HoconFile.Read(sources.Text ?? "", sources.TextOrigin, errors);
        merged = merged.With(Schema.Check(file.Root, errors));

        ConfigOverlay section = new(Schema, errors);
        new SectionNames(Schema).Read(sources.Section, sources.SectionOrigin, section);
        merged = merged.With(Schema.Check(section.Build(), errors));

        ConfigOverlay environment = new(Schema, errors);
        new EnvironmentNames(Schema, merged).Read(sources.Environment, environment, errors);
        merged = merged.With(Schema.Check(environment.Build(), errors));
        merged = merged.With(Schema.Check(Overlay(sources.Overrides, sources.OverridesOrigin, sources.Role, errors), errors));

        if (file.Root.Find([ConfigSchema.Root, "postgres", "connection"]) is ConfigText written && ConnectionText.HasPassword(written.Text))
        {
            errors.Add(new ConfigurationError($"{ConfigSchema.Root}.postgres.connection", null, "has a password, which does not belong into this file; "
                + "put the whole connection into a variable or a file of its own and write env:NAME or file:PATH here") { Origin = written.Origin });
        }
        BalancerOptions options = new ConfigurationCheck(merged, Schema.Reference, errors).Read();
        return errors.Count == 0 ? new BalancerConfiguration(options, file.Akka, merged) : throw new BalancerConfigurationException(errors);
    }

    /// <summary>As <see cref="Load"/>, with the text of the file at <paramref name="path"/>. An empty file is valid.</summary>
    /// <exception cref="BalancerConfigurationException">The file cannot be read, or something is wrong; it lists all of it.</exception>
    public static BalancerConfiguration LoadFile(string path, ConfigurationSources sources)
    {
        try
        {
            string text = File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            return Load(sources with { Text = text, TextOrigin = path });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            string problem = e is DecoderFallbackException ? "is not UTF-8" : e.Message;
            throw new BalancerConfigurationException([new ConfigurationError("", null, $"cannot be read: {problem}") { Origin = path }]);
        }
    }

    /// <summary>The HOCON text that gives these options.</summary>
    public static string Render(BalancerOptions options) => new OptionsWriter(Schema).Write(options);

    /// <summary>One of the files built into this assembly.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="origin">What its values say of where they were written; empty for the defaults.</param>
    internal static HoconFile Embedded(string name, string origin = "")
    {
        using Stream stream = typeof(BalancerConfiguration).Assembly.GetManifestResourceStream($"ActorBalancer.{name}")
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using StreamReader reader = new(stream);
        List<ConfigurationError> errors = [];
        HoconFile file = HoconFile.Read(reader.ReadToEnd(), origin, errors);
        return errors.Count == 0 ? file : throw new InvalidOperationException($"{name}: {errors[0]}");
    }

    private static ConfigBlock RoleFile(string role, List<ConfigurationError> errors)
    {
        if (role is NodeRoles.Router or NodeRoles.Worker) return Embedded($"{role}.conf", $"{role}.conf").Root;
        errors.Add(new ConfigurationError("role", role, "one of router, worker"));
        return ConfigBlock.Empty("");
    }

    private static ConfigBlock Overlay(
        IReadOnlyList<KeyValuePair<string, string>> values, string origin, string? role, List<ConfigurationError> errors)
    {
        ConfigOverlay overlay = new(Schema, errors);
        foreach ((string path, string value) in values)
        {
            try
            {
                overlay.Add(HoconScanner.Path(path), value, origin);
            }
            catch (FormatException)
            {
                errors.Add(new ConfigurationError(path, value, "this is not a key") { Origin = origin });
            }
        }

        if (role is not null) overlay.Add([ConfigSchema.Root, "roles", "0"], role, origin);
        return overlay.Build();
    }
}
