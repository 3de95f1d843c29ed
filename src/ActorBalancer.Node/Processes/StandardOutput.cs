namespace ActorBalancer.Node.Processes;

/// <summary>Keeps standard output for results: whatever libraries and handlers write to the console goes to standard error.</summary>
internal static class StandardOutput
{
    /// <summary>The only writer to it from now on.</summary>
    public static TextWriter Take()
    {
        TextWriter output = Console.Out;
        Console.SetOut(Console.Error);
        return output;
    }
}
