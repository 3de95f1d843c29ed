namespace ActorBalancer.AspNetCore;

/// <summary>What there is at this port.</summary>
/// <param name="Name">The node's; null while it starts.</param>
/// <param name="Version">The program's.</param>
/// <param name="Roles">As configured.</param>
/// <param name="Dashboard">None yet.</param>
/// <param name="Routes">Methods and paths.</param>
internal sealed record IndexView(string? Name, string Version, IReadOnlyList<string> Roles, string? Dashboard, IReadOnlyList<string> Routes);
