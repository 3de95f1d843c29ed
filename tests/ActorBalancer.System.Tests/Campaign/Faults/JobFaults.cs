using ActorBalancer.CampaignNode;
using ActorBalancer.SystemTests.Campaign.Loading;
using ActorBalancer.SystemTests.Campaign.Staging;

namespace ActorBalancer.SystemTests.Campaign.Faults;

/// <summary>Jobs and callers misbehave.</summary>
internal static class JobFaults
{
    private const int ManyBlocking = 100;
    private const int FloodJobs = 5_000;
    private const int FloodCallers = 64;
    private const int Callers = 100;

    /// <summary>Each kills the worker that runs it, until the router has had enough of it.</summary>
    public static Task PoisonAsync(Stage stage, Producers producers, FaultStep step) => producers.SubmitManyAsync(CampaignHandlers.Poison, 1);

    public static Task BlockAsync(Stage stage, Producers producers, FaultStep step) =>
        producers.SubmitManyAsync(CampaignHandlers.Blocks, ManyBlocking, (int)step.Time.TotalMilliseconds);

    public static Task FloodAsync(Stage stage, Producers producers, FaultStep step) => producers.FloodAsync(FloodJobs, FloodCallers);

    public static Task DuplicateKeysAsync(Stage stage, Producers producers, FaultStep step) => producers.SubmitOneAsync(Callers);

    public static Task HangUpAsync(Stage stage, Producers producers, FaultStep step) => producers.HangUpAsync(Callers);
}
