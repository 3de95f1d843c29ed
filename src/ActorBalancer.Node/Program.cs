using ActorBalancer.Node;
using ActorBalancer.Node.Guard;

// Before anything else is loaded: every worker that runs commands starts one.
return OperatingSystem.IsLinux() && args is [GuardProcess.Verb] ? GuardProcess.Run() : await CommandLine.RunAsync(args);
