using System.Reflection;
using DbUp.Engine;

namespace ActorBalancer.Storage.Migrations;

/// <summary>The scripts of one database system, in the order of their numbers. A script that was released is never changed.</summary>
internal static class MigrationScripts
{
    public static IEnumerable<SqlScript> Of(string system)
    {
        Assembly assembly = typeof(MigrationScripts).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(system + "/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(name)!);
            yield return new SqlScript(name, reader.ReadToEnd());
        }
    }
}
