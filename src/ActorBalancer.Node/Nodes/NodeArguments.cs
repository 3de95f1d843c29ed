using System.Collections;
using ActorBalancer.Hosting;
using ActorBalancer.Options;

namespace ActorBalancer.Node.Nodes;

/// <summary>What the command line says of a node. Values stay text: the configuration checks them, and reports all errors at once.</summary>
internal sealed record NodeArguments
{
    public string? ConfigFile { get; init; }

    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>By key; null where the option was not given.</summary>
    public IReadOnlyDictionary<string, string?> Values { get; init; } = new Dictionary<string, string?>();

    public IReadOnlyList<string> Seeds { get; init; } = [];

    public bool Json { get; init; }

    public bool Verbose { get; init; }

    public bool ParentPipe { get; init; }

    /// <summary>Lays the options over environment, file and defaults.</summary>
    /// <exception cref="BalancerConfigurationException">Something is wrong; it lists all of it.</exception>
    public BalancerConfiguration Load()
    {
        List<KeyValuePair<string, string>> overrides = [];
        foreach ((string key, string? value) in Values)
        {
            if (value is not null)
                overrides.Add(new(key, value));
        }
        for (int i = 0; i < Seeds.Count; i++)
            overrides.Add(new($"actorbalancer.seeds.{i}", Seeds[i]));

        // A single role brings its file of defaults along; several, or a role under a name of the user's own, do not.
        string? role = Roles is [var only] ? Plain(only) : null;
        for (int i = 0; role is null && i < Roles.Count; i++)
            overrides.Add(new($"actorbalancer.roles.{i}", Roles[i]));

        ConfigurationSources sources = new()
        {
            Role = role,
            Environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? "", StringComparer.Ordinal),
            Overrides = overrides,
            OverridesOrigin = "command line",
        };
        return ConfigFile is null ? BalancerConfiguration.Load(sources) : BalancerConfiguration.LoadFile(ConfigFile, sources);
    }

    private static string? Plain(string role) => role switch
    {
        NodeRoles.Router or "actorbalancer-router" => NodeRoles.Router,
        NodeRoles.Worker or "actorbalancer-worker" => NodeRoles.Worker,
        _ => null,
    };
}
