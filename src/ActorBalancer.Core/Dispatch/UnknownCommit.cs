namespace ActorBalancer.Dispatch;

/// <summary>
/// Submits whose commit was sent and not answered: stored all together or not at all (rule 11). Whoever owns their queues next tells which,
/// once the incarnation that sent it is fenced and nothing of it can land any more.
/// </summary>
/// <param name="Submits">Not answered yet.</param>
internal sealed record UnknownCommit(IReadOnlyList<UnknownSubmit> Submits);

/// <summary>One of them.</summary>
/// <param name="Answer">If it is stored: as it is then given.</param>
/// <param name="Jobs">The batch, a row a key of the answer.</param>
/// <param name="Notify">Whether the submitter waits for the ends.</param>
internal readonly record struct UnknownSubmit(SubmitAnswer Answer, JobBatch Jobs, bool Notify)
{
    /// <summary>When it was submitted, as the store would have it.</summary>
    public long AtUnixMs { get; init; }

    /// <summary>The answer if it is not stored: whoever asked may submit the jobs again.</summary>
    public SubmitAnswer Lost(RefusalCode code, string detail)
    {
        long[] none = new long[Answer.Keys.Length];
        Array.Fill(none, -1);
        RefusalCode[] codes = new RefusalCode[none.Length];
        for (int i = 0; i < codes.Length; i++)
            codes[i] = Answer.Codes is { } judged && judged[i] != RefusalCode.None ? judged[i] : code;
        return Answer with { Keys = none, Codes = codes, Detail = detail };
    }

    /// <summary>The answer once the rows are read back that are stored; the others may be submitted again.</summary>
    public SubmitAnswer ReadBack(bool[] stored, string notStored)
    {
        SubmitAnswer told = Lost(RefusalCode.StoreUnavailable, notStored);
        for (int i = 0; i < stored.Length; i++)
        {
            if (stored[i])
                (told.Keys[i], told.Codes![i]) = (Answer.Keys[i], RefusalCode.None);
        }
        return Array.TrueForAll(told.Codes!, code => code == RefusalCode.None) ? Answer : told;
    }
}
