using ActorBalancer.CampaignNode;
using ActorBalancer.Node;

return await CommandLine.RunAsync(
    args, CampaignHandlers.Register, Environment.GetEnvironmentVariable(UnfencedStore.Variable) is null ? null : UnfencedStore.Around);
