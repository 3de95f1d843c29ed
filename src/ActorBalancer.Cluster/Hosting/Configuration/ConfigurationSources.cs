namespace ActorBalancer.Hosting;

/// <summary>What lies over <c>reference.conf</c>, from the bottom up.</summary>
public sealed record ConfigurationSources
{
    /// <summary>
    /// <c>router</c> or <c>worker</c>: lays that role's file over the defaults, and sets the roles against every other source.
    /// Null: the roles come from the sources.
    /// </summary>
    public string? Role { get; init; }

    /// <summary>Single values by full path that lie directly over the defaults: what an embedding host has otherwise.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Base { get; init; } = [];

    /// <summary>The user's HOCON. Null or empty: none.</summary>
    public string? Text { get; init; }

    /// <summary>What errors call <see cref="Text"/>; its path, as a rule.</summary>
    public string TextOrigin { get; init; } = "configuration";

    /// <summary>Values by their path in a section of an application's <c>IConfiguration</c>, such as <c>Worker:Slots</c>, over the text.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Section { get; init; } = [];

    /// <summary>What errors call <see cref="Section"/>: its own path.</summary>
    public string SectionOrigin { get; init; } = "ActorBalancer";

    /// <summary>Environment variables; those without our prefix are ignored.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Single values by full path, such as <c>actorbalancer.worker.slots</c>, items of lists by number, such as
    /// <c>actorbalancer.seeds.0</c>.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Overrides { get; init; } = [];

    /// <summary>What errors call <see cref="Overrides"/>.</summary>
    public string OverridesOrigin { get; init; } = "code";
}
