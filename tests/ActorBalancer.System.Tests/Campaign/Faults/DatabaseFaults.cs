using ActorBalancer.CampaignNode;
using ActorBalancer.SystemTests.Campaign.Loading;
using ActorBalancer.SystemTests.Campaign.Staging;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Campaign.Faults;

/// <summary>What the jobs are kept in fails.</summary>
internal static class DatabaseFaults
{
    private const int AfterIt = 40;

    private static readonly TimeSpan BetweenDrops = TimeSpan.FromMilliseconds(300);

    public static async Task KillAsync(Stage stage, Producers producers, FaultStep step)
    {
        PostgresStage store = (PostgresStage)stage.Store;
        store.Kill();
        await Task.Delay(step.Time);
        store.Start();
    }

    public static Task RestartAsync(Stage stage, Producers producers, FaultStep step)
    {
        PostgresStage store = (PostgresStage)stage.Store;
        store.Stop();
        store.Start();
        return Task.CompletedTask;
    }

    public static Task PauseAsync(Stage stage, Producers producers, FaultStep step) => ((PostgresStage)stage.Store).PauseAsync(step.Time);

    public static async Task DropConnectionsAsync(Stage stage, Producers producers, FaultStep step)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < step.Time; passed += BetweenDrops)
        {
            ((PostgresStage)stage.Store).DropConnections();
            await Task.Delay(BetweenDrops);
        }
    }

    /// <summary>A commit of the owner's is on its way for so long that another router has taken over when it arrives.</summary>
    public static async Task CommitLateAsync(Stage stage, Producers producers, FaultStep step)
    {
        StageNode? owner = null;
        await Eventually.IsTrue(async () => (owner = await stage.OwnerAsync()) is not null, "the queue has an owner");
        stage.Late!.Give(owner!.Name);
        await Eventually.IsTrue(() => stage.Late.HasLanded, $"a late commit of {owner.Name} has arrived");
        // Its successor takes jobs for each of the queues.
        await producers.SubmitManyAsync(CampaignHandlers.Quick, AfterIt);
    }

    public static async Task FillDiskAsync(Stage stage, Producers producers, FaultStep step)
    {
        SqliteStage store = (SqliteStage)stage.Store;
        store.Fill();
        await Task.Delay(step.Time);
        store.MakeRoom();
    }
}
