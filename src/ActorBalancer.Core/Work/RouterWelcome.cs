namespace ActorBalancer.Work;

/// <summary>A router's answer to a hello; its incarnation names the link from now on.</summary>
internal sealed record RouterWelcome(long RouterIncarnation, string RouterName, long WorkerIncarnation, int LifePort);
