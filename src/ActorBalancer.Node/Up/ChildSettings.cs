using System.Collections;
using ActorBalancer.Hosting;
using ActorBalancer.Node.Nodes;
using ActorBalancer.Options;

namespace ActorBalancer.Node.Up;

/// <summary>
/// What the nodes of <c>up</c> take over from its own environment: every setting but those that say who and where a node is,
/// which would be the same for all of them.
/// </summary>
internal static class ChildSettings
{
    private static readonly string[] Own = ["NAME", "ROLES__", "SEEDS__", "REMOTING__PORT", "REMOTING__BIND", "REMOTING__ADVERTISED", "HTTP__PORT", "HTTP__BIND", "HTTP__ENABLED"];

    public static IReadOnlyList<KeyValuePair<string, string>> FromEnvironment() =>
        [.. (IEnumerable<KeyValuePair<string, string>>)[new("ACTORBALANCER__HTTP__ENABLED", "on")], .. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(v => new KeyValuePair<string, string>((string)v.Key, (string?)v.Value ?? ""))
            .Where(v => v.Key.StartsWith(EnvironmentNames.Prefix, StringComparison.OrdinalIgnoreCase) && !IsOwn(v.Key[EnvironmentNames.Prefix.Length..]))];

    /// <summary>Reads the configuration of each role as the nodes will, so that what is wrong is said once and before any starts.</summary>
    /// <returns>A worker's options.</returns>
    /// <exception cref="BalancerConfigurationException">It lists all errors.</exception>
    public static BalancerOptions Check(UpArguments arguments)
    {
        BalancerOptions? options = null;
        foreach (string role in (IEnumerable<string>)["router", "worker"])
        {
            options = new NodeArguments
            {
                ConfigFile = arguments.ConfigFile,
                Roles = [role],
                Values = new Dictionary<string, string?>
                {
                    ["actorbalancer.name"] = role,
                    ["actorbalancer.remoting.bind"] = "127.0.0.1",
                    ["actorbalancer.remoting.port"] = "0",
                    ["actorbalancer.http.port"] = "0",
                    ["actorbalancer.worker.slots"] = role == "worker" ? arguments.Slots : null,
                    ["actorbalancer.store"] = arguments.Store,
                    ["actorbalancer.sqlite.file"] = arguments.SqliteFile,
                },
                Seeds = role == "worker" ? ["127.0.0.1:1"] : [],
            }.Load().Options;
        }
        return options!;
    }

    private static bool IsOwn(string key) => Own.Any(own => own.EndsWith('_')
        ? key.StartsWith(own, StringComparison.OrdinalIgnoreCase)
        : key.Equals(own, StringComparison.OrdinalIgnoreCase));
}
