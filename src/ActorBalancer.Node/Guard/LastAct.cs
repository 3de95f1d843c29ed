namespace ActorBalancer.Node.Guard;

/// <summary>What the guard does when its worker is gone: nothing that the worker started may live on.</summary>
internal static class LastAct
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    /// <summary>Asks the commands to end, and kills what has not after a quarter of a second. Returns when all have ended.</summary>
    public static void EndAll(IEnumerable<GuardRun> runs, TimeProvider clock)
    {
        foreach (GuardRun run in runs)
            run.Signal(Libc.SigTerm);
        long began = clock.GetTimestamp();
        while (ReapEnded())
        {
            if (clock.GetElapsedTime(began) > Grace)
            {
                // Again and again: one that forks while it is counted is found the next time.
                foreach (ProcessRow row in ProcessTree.Descendants(Environment.ProcessId))
                    Libc.Kill(row.Process, Libc.SigKill);
            }
            Libc.Poll([], 0, 5);
        }
    }

    /// <summary>False: there is no child left.</summary>
    private static bool ReapEnded()
    {
        int process;
        while ((process = Libc.PeekEnded()) > 0)
            _ = Libc.Reap(process);
        return process == 0;
    }
}
