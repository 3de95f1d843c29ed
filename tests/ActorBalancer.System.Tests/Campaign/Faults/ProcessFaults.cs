using ActorBalancer.SystemTests.Campaign.Loading;
using ActorBalancer.SystemTests.Campaign.Staging;

namespace ActorBalancer.SystemTests.Campaign.Faults;

/// <summary>Processes are killed, stopped and started.</summary>
internal static class ProcessFaults
{
    public static async Task KillWorkerAsync(Stage stage, Producers producers, FaultStep step)
    {
        Worker(stage, step).Kill(comesBack: false);
        await Task.Delay(step.Time);
    }

    public static async Task RestartWorkerAsync(Stage stage, Producers producers, FaultStep step)
    {
        Worker(stage, step).Kill(comesBack: true);
        await Task.Delay(step.Time);
    }

    public static async Task KillRouterAsync(Stage stage, Producers producers, FaultStep step)
    {
        (await RouterAsync(stage, step)).Kill(comesBack: true);
        await Task.Delay(step.Time);
    }

    /// <summary>Whoever it is, it is away for a while first.</summary>
    public static async Task RestartLaterAsync(Stage stage, Producers producers, FaultStep step)
    {
        StageNode victim = stage.Nodes[step.Victim % stage.Nodes.Count];
        victim.Kill(comesBack: false);
        await Task.Delay(step.Time);
        victim.Want();
        await stage.ReadyAsync(victim);
    }

    public static async Task KillAllAsync(Stage stage, Producers producers, FaultStep step)
    {
        foreach (StageNode node in stage.Nodes)
            node.Kill(comesBack: false);
        await Task.Delay(step.Time);
        await stage.HealAsync();
    }

    /// <summary>Each leaves in turn, as a deployment has it, and the next one only when it is back.</summary>
    public static async Task RollAsync(Stage stage, Producers producers, FaultStep step)
    {
        foreach (StageNode node in stage.Nodes)
        {
            Task ended = node.EndedAsync();
            node.Terminate();
            await ended;
            await stage.ReadyAsync(node);
        }
    }

    public static async Task TerminateThenKillAsync(Stage stage, Producers producers, FaultStep step)
    {
        StageNode victim = stage.Nodes[step.Victim % stage.Nodes.Count];
        victim.Terminate();
        await Task.Delay(step.Time);
        victim.Kill(comesBack: true);
    }

    public static Task PauseWorkerAsync(Stage stage, Producers producers, FaultStep step) => Worker(stage, step).PauseAsync(step.Time);

    public static async Task PauseRouterAsync(Stage stage, Producers producers, FaultStep step) => await (await RouterAsync(stage, step)).PauseAsync(step.Time);

    private static StageNode Worker(Stage stage, FaultStep step) => stage.Workers[step.Victim % stage.Workers.Count];

    /// <summary>An even victim is the owner of the queue that all use, an odd one any router.</summary>
    private static async Task<StageNode> RouterAsync(Stage stage, FaultStep step) =>
        (step.Victim % 2 == 0 ? await stage.OwnerAsync() : null) ?? stage.Routers[step.Victim / 2 % stage.Routers.Count];
}
