using Akka.Configuration.Hocon;

namespace ActorBalancer.Cluster.Tests.Configuration;

/// <summary>The values of a parsed HOCON text with their full paths.</summary>
internal static class HoconLeaves
{
    public static IEnumerable<(string Path, HoconValue Value)> Of(HoconValue value, string path = "") =>
        value.IsObject()
            ? value.GetObject().Items.SelectMany(i => Of(i.Value, path.Length == 0 ? i.Key : $"{path}.{i.Key}"))
            : [(path, value)];
}
