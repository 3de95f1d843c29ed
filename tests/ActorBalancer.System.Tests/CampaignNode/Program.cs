using ActorBalancer.CampaignNode;
using ActorBalancer.Node;

return await CommandLine.RunAsync(args, CampaignHandlers.Register);
