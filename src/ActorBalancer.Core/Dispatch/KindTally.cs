namespace ActorBalancer.Dispatch;

/// <summary>What became of the runs of one kind at one worker; see <see cref="Load.RunTally"/>.</summary>
internal struct KindTally
{
    public int Succeeded;
    public int Failed;
    public double LogSum;
    public double LogSquares;
}
