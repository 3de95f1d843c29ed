using System.Reflection;

namespace ActorBalancer.Storage;

/// <summary>The scripts of one database system, in the order of their numbers. A script that was released is never changed, nor its name.</summary>
internal static class MigrationScripts
{
    public static IEnumerable<(string Name, string Text)> In(Assembly assembly)
    {
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(name)!);
            yield return (name, reader.ReadToEnd());
        }
    }
}
