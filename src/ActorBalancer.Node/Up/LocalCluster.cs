namespace ActorBalancer.Node.Up;

/// <summary>What <c>up</c> leaves word of for the tools of the same user.</summary>
/// <param name="Pid">The process of <c>up</c>.</param>
/// <param name="Started">When that process started, as the system tells it: process ids are used again.</param>
/// <param name="Since">When it was ready.</param>
/// <param name="Http">The router's HTTP address.</param>
/// <param name="Seed">A member, <c>HOST:PORT</c>.</param>
internal sealed record LocalCluster(int Pid, long Started, DateTimeOffset Since, string Http, string Seed);
