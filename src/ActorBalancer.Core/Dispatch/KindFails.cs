namespace ActorBalancer.Dispatch;

/// <summary>How often the runs of one kind fail at one worker.</summary>
internal struct KindFails
{
    public long Runs;

    /// <summary>The failures since the last success.</summary>
    public int InARow;

    /// <summary>Of the last runs, older ones fading.</summary>
    public double Share;
}
