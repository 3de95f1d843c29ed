namespace ActorBalancer.Cluster.Gateway;

/// <summary>What became of jobs that are accepted together or not at all.</summary>
/// <param name="Ids">One a job where all were accepted; else empty.</param>
/// <param name="Code">Why none was accepted; <see cref="RefusalCode.None"/> where all were, or nothing would have stopped them.</param>
/// <param name="Row">The first job that was refused, from 0.</param>
/// <param name="Detail">A sentence that says what to do.</param>
internal readonly record struct WholeAnswer(IReadOnlyList<JobId> Ids, RefusalCode Code, int Row, string? Detail)
{
    /// <summary>Of no jobs.</summary>
    public static WholeAnswer Nothing { get; } = new([], RefusalCode.None, 0, null);

    /// <param name="keys">One a job, -1 where it was not accepted.</param>
    /// <param name="codes">One a job; null: all were accepted.</param>
    /// <param name="detail">Of the first refused one.</param>
    public static WholeAnswer Of(long[] keys, RefusalCode[]? codes, string? detail)
    {
        int row = codes is null ? -1 : Array.FindIndex(codes, c => c != RefusalCode.None);
        if (row >= 0)
            return new([], codes![row], row, detail);
        return Array.Exists(keys, k => k < 0) ? Nothing : new([.. keys.Select(k => new JobId(k))], RefusalCode.None, 0, null);
    }
}
