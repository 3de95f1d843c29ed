using System.Net;
using ActorBalancer.CampaignNode;
using ActorBalancer.SystemTests.Campaign.Checking;
using ActorBalancer.SystemTests.Campaign.Loading;
using ActorBalancer.SystemTests.Campaign.Staging;

namespace ActorBalancer.SystemTests.Campaign.Faults;

/// <summary>Hosts cannot reach each other. Nobody is told: what is sent vanishes.</summary>
internal static class NetworkFaults
{
    /// <summary>The owner of a queue sees nobody; with an even victim it still sees the database, with an odd one not.</summary>
    public static async Task CutOwnerAsync(Stage stage, Producers producers, FaultStep step)
    {
        StageNode owner = await stage.OwnerAsync() ?? stage.Routers[0];
        await ApartAsync(stage, [owner], [.. stage.Nodes.Where(n => n != owner)], step.Victim % 2 == 1, step.Time);
    }

    /// <summary>A worker sees nobody; an even victim takes another worker along, and leaves the others the owner.</summary>
    public static Task CutWorkerAsync(Stage stage, Producers producers, FaultStep step)
    {
        StageNode[] cut = [.. stage.Workers.Skip(step.Victim / 2 % stage.Workers.Count).Take(2 - step.Victim % 2)];
        return ApartAsync(stage, cut, [.. stage.Nodes.Except(cut)], withoutStore: true, step.Time);
    }

    /// <summary>What a router sends to the workers vanishes; it hears them.</summary>
    public static Task CutOneWayAsync(Stage stage, Producers producers, FaultStep step) =>
        VanishAsync(stage, [.. stage.Workers.Select(w => (stage.Routers[step.Victim % stage.Routers.Count], AddressOf(stage, w)))], step.Time);

    private static Task ApartAsync(Stage stage, StageNode[] some, StageNode[] others, bool withoutStore, TimeSpan time)
    {
        IEnumerable<(StageNode, IPAddress)> ways =
            from a in some
            from b in others
            from way in ((StageNode From, StageNode To)[])[(a, b), (b, a)]
            select (way.From, AddressOf(stage, way.To));
        return VanishAsync(stage, withoutStore ? [.. ways, .. some.Select(s => (s, stage.Lab!.Outside))] : [.. ways], time);
    }

    private static async Task VanishAsync(Stage stage, (StageNode From, IPAddress To)[] ways, TimeSpan time)
    {
        FaultLog.Silence[] silences = [.. stage.Workers.Select(w => stage.Faults.Silent(w.Name, LedgerWriter.Now, isRouter: false))];
        foreach ((StageNode from, IPAddress to) in ways)
            await stage.Lab!.DeafenAsync(from.Name, to);
        await Task.Delay(time);
        foreach ((StageNode from, IPAddress to) in ways)
            await stage.Lab!.HearAsync(from.Name, to);
        foreach (FaultLog.Silence silence in silences)
            silence.To = LedgerWriter.Now;
    }

    private static IPAddress AddressOf(Stage stage, StageNode node) => stage.Lab!.AddressOf(node.Name);
}
