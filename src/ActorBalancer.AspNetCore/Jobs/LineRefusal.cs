namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>The last line of a bulk's answer that was cut short: this line and what follows it was not accepted.</summary>
internal sealed record LineRefusal(int Line, string Code, string Detail);
