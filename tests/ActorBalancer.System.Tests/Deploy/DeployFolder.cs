using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Deploy;

/// <summary>The files under test.</summary>
internal static class DeployFolder
{
    public static string Root { get; } = Find();

    public static string At(string file) => Path.Combine(Root, "deploy", file);

    /// <summary>The one document of this kind and name.</summary>
    public static YamlValue Kubernetes(string file, string kind, string? name = null) =>
        YamlValue.Load(At($"kubernetes/{file}.yaml")).Single(d => d["kind"].Text == kind && (name is null || d["metadata"]["name"].Text == name));

    public static YamlValue Compose => YamlValue.Load(At("compose.yaml")).Single();

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ActorBalancer.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests do not lie within a checkout.");
    }
}
