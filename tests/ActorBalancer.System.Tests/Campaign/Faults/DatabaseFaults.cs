using ActorBalancer.SystemTests.Campaign.Loading;
using ActorBalancer.SystemTests.Campaign.Staging;

namespace ActorBalancer.SystemTests.Campaign.Faults;

/// <summary>What the jobs are kept in fails.</summary>
internal static class DatabaseFaults
{
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

    public static async Task FillDiskAsync(Stage stage, Producers producers, FaultStep step)
    {
        SqliteStage store = (SqliteStage)stage.Store;
        store.Fill();
        await Task.Delay(step.Time);
        store.MakeRoom();
    }
}
