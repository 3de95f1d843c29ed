namespace ActorBalancer.Node.Processes;

/// <summary>
/// Ends this process when the other end of its standard input closes, which the kernel does for a parent however it dies.
/// A byte from there asks it to stop in order. A thread of its own reads, so that no number of busy jobs keeps the process alive.
/// </summary>
internal static class ParentPipe
{
    /// <param name="onStop">Called when the parent asks this process to stop.</param>
    public static void Watch(Action onStop)
    {
        Thread reader = new(() => ReadToEnd(onStop)) { IsBackground = true, Name = "parent-pipe" };
        reader.Start();
    }

    private static void ReadToEnd(Action onStop)
    {
        using Stream input = Console.OpenStandardInput();
        byte[] buffer = new byte[16];
        try
        {
            while (input.Read(buffer) > 0)
                onStop();
        }
        catch (IOException)
        {
            // A broken pipe is an end too.
        }

        // Not Environment.Exit: that would run shutdown hooks, and a drain, for a parent that is gone.
        CurrentProcess.Kill();
    }
}
