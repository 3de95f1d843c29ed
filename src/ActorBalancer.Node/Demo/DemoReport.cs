namespace ActorBalancer.Node.Demo;

/// <summary>What the demo found, as <c>--json</c> prints it.</summary>
internal sealed record DemoReport(IReadOnlyList<StrategyReport> Strategies, IReadOnlyList<KilledWorker> Killed, IReadOnlyList<JoinedWorker> Joined)
{
    /// <summary>The demo's last line.</summary>
    public string Summary =>
        $"demo: {Strategies.Count} strategies, {Strategies.Sum(s => s.Jobs)} jobs, {Strategies.Sum(s => s.Right)} right, "
        + $"{Strategies.Sum(s => s.Wrong)} wrong, {Strategies.Sum(s => s.Lost)} lost, {Strategies.Sum(s => s.Rerun)} re-run, "
        + $"{Killed.Count} worker{(Killed.Count == 1 ? "" : "s")} killed";
}
