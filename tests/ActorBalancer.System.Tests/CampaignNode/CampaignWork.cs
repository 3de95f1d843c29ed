namespace ActorBalancer.CampaignNode;

/// <summary>A job's payload.</summary>
/// <param name="Key">Unique in all the campaign; the idempotency key too.</param>
/// <param name="Ms">How long a run takes.</param>
/// <param name="Fails">How many attempts fail before one succeeds.</param>
internal sealed record CampaignWork(string Key, int Ms = 0, int Fails = 0);

/// <summary>A job's result: which run made it.</summary>
/// <param name="Key">The payload's.</param>
/// <param name="Run">The ledger's name of the run.</param>
/// <param name="Attempt">As the worker was told.</param>
/// <param name="Node">The worker.</param>
internal sealed record CampaignResult(string Key, string Run, int Attempt, string Node);
