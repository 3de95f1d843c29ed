namespace ActorBalancer.FaultyWorker;

/// <summary>Tells who makes one: it writes its process into the file that the environment names.</summary>
public sealed class Trap
{
    /// <summary>The environment variable with the name of the file.</summary>
    public const string Variable = "TRAP_FILE";

    public Trap() => Spring();

    public static void Spring()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } file)
            File.AppendAllText(file, $"{Environment.ProcessId}\n");
    }
}
