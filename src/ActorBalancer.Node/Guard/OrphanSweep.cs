namespace ActorBalancer.Node.Guard;

/// <summary>
/// Ends the commands of a guard that was killed. By then they are children of the worker; it tells them from processes that
/// handlers started by their session, which is another than its own.
/// </summary>
internal static class OrphanSweep
{
    public static void EndAll(int guard)
    {
        int self = Environment.ProcessId, session = ProcessTree.SessionOf(self);
        while (true)
        {
            List<ProcessRow> orphans = [.. ProcessTree.Children(self).Where(r => r.Session != session && r.Process != guard)];
            if (orphans.Count == 0)
                return;
            foreach (ProcessRow orphan in orphans)
            {
                foreach (ProcessRow below in ProcessTree.Descendants(orphan.Process))
                    Libc.Kill(below.Process, Libc.SigKill);
                Libc.Kill(orphan.Process, Libc.SigKill);
                _ = Libc.Reap(orphan.Process);
            }
            Libc.Poll([], 0, 5);
        }
    }
}
