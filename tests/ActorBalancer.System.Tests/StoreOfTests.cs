using System.Runtime.CompilerServices;

namespace ActorBalancer.SystemTests;

/// <summary>
/// Nodes of these tests, and the processes that they start, keep their jobs in memory unless a test says otherwise: many start here
/// in one directory, and none may leave a file behind.
/// </summary>
internal static class StoreOfTests
{
    public const string Variable = "ACTORBALANCER__STORE";

    /// <summary>For a child whose environment is made anew.</summary>
    public static KeyValuePair<string, string> Memory { get; } = new(Variable, "memory");

    [ModuleInitializer]
    internal static void Set() => Environment.SetEnvironmentVariable(Memory.Key, Memory.Value);
}
