namespace ActorBalancer.Work;

/// <summary>A run that a slot's runner is to carry out now.</summary>
internal struct StartedRun
{
    /// <summary>The worker's slot, from 0.</summary>
    public int Slot;

    public RunToken Token;
    public AssignedJob Job;
}
