namespace ActorBalancer.CampaignNode;

/// <summary>How a run ended, as its handler says.</summary>
internal enum RunEnding
{
    Ok,
    Failed,

    /// <summary>It heard that it was cancelled, and stopped.</summary>
    Cancelled,
}
