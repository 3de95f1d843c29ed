using ActorBalancer.FaultyWorker;
using ActorBalancer.Node;

return await CommandLine.RunAsync(args, FaultyHandlers.Register);
