namespace ActorBalancer.SystemTests.Campaign.Faults;

/// <summary>All faults: the one list.</summary>
internal static class FaultCatalog
{
    private static readonly string[] Sqlite = ["sqlite"];
    private static readonly string[] Postgres = ["postgres"];

    // The lease of a router is 5 s, that of a worker's contact 10 s, and its jobs go elsewhere after 12 s.
    public static IReadOnlyList<Fault> All { get; } =
    [
        new("worker-kill", ProcessFaults.KillWorkerAsync) { Seconds = (2, 3) },
        new("worker-kill-restart", ProcessFaults.RestartWorkerAsync) { Seconds = (2, 3) },
        new("router-kill", ProcessFaults.KillRouterAsync) { Seconds = (3, 5), KeepsRuns = true },
        new("restart-same-address", ProcessFaults.RestartLaterAsync) { Seconds = (2, 4) },
        new("all-kill", ProcessFaults.KillAllAsync) { Seconds = (1, 3) },
        new("rolling-term", ProcessFaults.RollAsync),
        new("term-then-kill", ProcessFaults.TerminateThenKillAsync) { Seconds = (0.05, 0.6) },
        new("worker-pause", ProcessFaults.PauseWorkerAsync) { Seconds = (2, 6) },
        new("worker-pause-long", ProcessFaults.PauseWorkerAsync) { Seconds = (14, 20) },
        new("router-pause", ProcessFaults.PauseRouterAsync) { Seconds = (1, 3) },
        new("router-pause-long", ProcessFaults.PauseRouterAsync) { Seconds = (8, 16) },
        new("owner-pause-long", static (stage, producers, step) => ProcessFaults.PauseRouterAsync(stage, producers, step with { Victim = 0 })) { Seconds = (8, 16) },
        new("pg-kill", DatabaseFaults.KillAsync) { Stores = Postgres, Seconds = (0.5, 4) },
        new("pg-restart", DatabaseFaults.RestartAsync) { Stores = Postgres },
        new("pg-pause", DatabaseFaults.PauseAsync) { Stores = Postgres, Seconds = (3, 15) },
        new("late-commit", DatabaseFaults.CommitLateAsync) { Stores = Postgres, TakesLateRouter = true },
        new("pg-drop-connections", DatabaseFaults.DropConnectionsAsync) { Stores = Postgres, Seconds = (2, 4) },
        new("disk-full", DatabaseFaults.FillDiskAsync) { Stores = Sqlite, Seconds = (2, 5), TakesRoot = true, Disk = 96 },
        new("split", NetworkFaults.CutOwnerAsync) { Stores = Postgres, Seconds = (4, 18), TakesRoot = true, TakesNetwork = true },
        new("split-worker", NetworkFaults.CutWorkerAsync) { Stores = Postgres, Seconds = (4, 18), TakesRoot = true, TakesNetwork = true },
        new("split-one-way", NetworkFaults.CutOneWayAsync) { Stores = Postgres, Seconds = (4, 18), TakesRoot = true, TakesNetwork = true },
        new("poison", JobFaults.PoisonAsync),
        new("blocking", JobFaults.BlockAsync) { Seconds = (2, 3) },
        new("flood", JobFaults.FloodAsync),
        new("duplicate-keys", JobFaults.DuplicateKeysAsync),
        new("client-gone", JobFaults.HangUpAsync),
    ];

    public static Fault? Find(string name) => All.FirstOrDefault(f => f.Name == name);
}
