namespace ActorBalancer;

/// <summary>What became of one row of a submit of many: an id, or why it was refused. A refused row never fails the others.</summary>
/// <param name="Id">The job's id where <paramref name="Code"/> is <see cref="RefusalCode.None"/>.</param>
/// <param name="Code">Why it was refused.</param>
/// <param name="Detail">A sentence that says what to do; null when accepted.</param>
public readonly record struct SubmitResult(JobId Id, RefusalCode Code, string? Detail)
{
    /// <summary>True: the job is stored and will run.</summary>
    public bool Accepted => Code == RefusalCode.None;
}
