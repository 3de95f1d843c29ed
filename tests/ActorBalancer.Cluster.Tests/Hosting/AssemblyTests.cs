using System.Reflection;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Storage.Postgres;
using ActorBalancer.Storage.Sqlite;

namespace ActorBalancer.Cluster.Tests.Hosting;

/// <summary>What may use what, as the compiled assemblies have it: a package may need another one of which nothing is used.</summary>
public sealed class AssemblyTests
{
    [Fact]
    public void Stores_use_core_and_one_database_only()
    {
        string[] sqlite = Ours(typeof(SqliteProvider)), postgres = Ours(typeof(PostgresProvider));
        Assert.Equal(["ActorBalancer.Core", "ActorBalancer.Storage"], sqlite);
        Assert.Equal(["ActorBalancer.Core", "ActorBalancer.Storage"], postgres);
        Assert.Contains("Microsoft.Data.Sqlite", All(typeof(SqliteProvider)));
        Assert.DoesNotContain("Npgsql", All(typeof(SqliteProvider)));
        Assert.DoesNotContain("Microsoft.Data.Sqlite", All(typeof(PostgresProvider)));
    }

    [Fact]
    public void Cluster_uses_core_only() => Assert.Equal(["ActorBalancer.Core"], Ours(typeof(BalancerNode)));

    private static string[] Ours(Type type) => [.. All(type).Where(name => name.StartsWith("ActorBalancer", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static string[] All(Type type) => [.. type.Assembly.GetReferencedAssemblies().Select((AssemblyName a) => a.Name!)];
}
