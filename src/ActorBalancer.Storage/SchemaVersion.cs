using System.Globalization;

namespace ActorBalancer.Storage;

/// <summary>
/// The version of a store's tables and who may use them. This program brings older tables up to its own version; newer ones say how
/// old a program may be that still works with them, so that the nodes of a cluster can be replaced one by one.
/// </summary>
internal static class SchemaVersion
{
    /// <summary>The version that this program's scripts make.</summary>
    public const int Own = 1;

    /// <summary>Null, or why this program must not use the tables.</summary>
    /// <param name="store">How the user knows the store.</param>
    /// <param name="schema">The version of its tables.</param>
    /// <param name="oldest">The oldest program that works with them, by the version that program makes itself.</param>
    /// <param name="own">The version that this program makes.</param>
    public static string? Refusal(string store, int schema, int oldest, int own = Own) => schema <= own || oldest <= own
        ? null
        : string.Create(CultureInfo.InvariantCulture,
            $"The store {store} has tables of version {schema}, made by a newer ActorBalancer; this one knows version {own}, and they need at least {oldest}. ")
            + "Run the newer program, or restore the backup that was made before it.";
}
