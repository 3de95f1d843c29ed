namespace ActorBalancer.Node.Demo;

/// <summary>One strategy's jobs. Each is right, wrong or lost.</summary>
/// <param name="Id">The strategy.</param>
/// <param name="Jobs">How many were accepted; after a wrong result no more are submitted.</param>
/// <param name="Right">Those whose digest is the demo's own.</param>
/// <param name="Wrong">Those with another one, or that failed.</param>
/// <param name="Lost">Those without any outcome, a minute after the last.</param>
/// <param name="Rerun">Runs that were lost with their worker and done again elsewhere.</param>
/// <param name="DrainS">Seconds from the first submit to the last outcome.</param>
/// <param name="P50Ms">Half of the jobs had their outcome within so many milliseconds of their submit, as the client sees it.</param>
/// <param name="P99Ms">As above, of 99 in 100.</param>
/// <param name="Workers">Who did how much.</param>
internal sealed record StrategyReport(
    string Id, int Jobs, int Right, int Wrong, int Lost, int Rerun, double DrainS, double P50Ms, double P99Ms, IReadOnlyList<WorkerShare> Workers);
