namespace ActorBalancer.Options;

/// <summary>The words of <see cref="BalancerOptions.Store"/>.</summary>
internal static class StoreNames
{
    public const string Memory = "memory";
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgres";

    public static readonly string[] All = [Memory, Sqlite, Postgres];
}
