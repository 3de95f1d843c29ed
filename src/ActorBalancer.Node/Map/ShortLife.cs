namespace ActorBalancer.Node.Map;

/// <summary>
/// Settings of the runtime for workers that live seconds: without them half of a short map's CPU goes into compiling again what
/// runs a few more times only. The commands do not get them.
/// </summary>
internal static class ShortLife
{
    /// <summary>Those that the user has not set himself.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Settings { get; } =
    [
        .. new KeyValuePair<string, string>[]
        {
            new("DOTNET_TieredPGO", "0"),
            // Hexadecimal, and 1E by default.
            new("DOTNET_TC_CallCountThreshold", "1000"),
        }.Where(s => Environment.GetEnvironmentVariable(s.Key) is null),
    ];
}
