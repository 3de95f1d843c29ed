using ActorBalancer.Node;

return await CommandLine.RunAsync(args);
