using ActorBalancer.CampaignNode;
using ActorBalancer.Node;
using ActorBalancer.Storage;

Func<IJobStore, IJobStore>? around = null;
if (Environment.GetEnvironmentVariable(LateOrder.Folder) is { } folder)
{
    string name = Environment.GetEnvironmentVariable(LedgerWriter.Node)!;
    bool isFenced = Environment.GetEnvironmentVariable(LateStore.Unfenced) is null;
    around = store => LateStore.Around(store, new LateOrder(folder), name, isFenced);
}
return await CommandLine.RunAsync(args, CampaignHandlers.Register, around);
