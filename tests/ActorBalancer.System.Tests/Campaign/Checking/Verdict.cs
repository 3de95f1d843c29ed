namespace ActorBalancer.SystemTests.Campaign.Checking;

/// <summary>What the checker found. The promise holds where the lists but <see cref="Repeated"/> are empty; each entry says what happened to one job.</summary>
internal sealed record Verdict
{
    public int Accepted { get; init; }

    /// <summary>Accepted, and not final, or not to be found, or another job stands under its id.</summary>
    public List<string> Lost { get; } = [];

    /// <summary>Ran, and was refused, or never submitted, or is a second job of its key.</summary>
    public List<string> Unexpected { get; } = [];

    /// <summary>Runs beyond the first of a job, but for those after a failed attempt.</summary>
    public int Duplicates { get; set; }

    /// <summary>The jobs that they are runs of.</summary>
    public List<string> Duplicated { get; } = [];

    public int OverlapsExplained { get; set; }

    /// <summary>Two runs of a job at a time, and nothing that was done to the cluster is to blame.</summary>
    public List<string> OverlapsUnexplained { get; } = [];

    /// <summary>A final outcome that is not that of the run which ended the job.</summary>
    public List<string> StaleOutcomes { get; } = [];

    /// <summary>
    /// Ran again, though the worker of an earlier run lived, could be heard of, and had not said that it failed: a duplicate that rule 9 is
    /// to prevent, whoever else is lost.
    /// </summary>
    public List<string> Repeated { get; } = [];

    public bool Holds => Lost.Count + Unexpected.Count + OverlapsUnexplained.Count + StaleOutcomes.Count == 0;

    public override string ToString() => string.Join('\n', (IEnumerable<string>)
    [
        .. Lost.Select(l => $"lost: {l}"), .. Unexpected.Select(u => $"unexpected: {u}"),
        .. OverlapsUnexplained.Select(o => $"overlap: {o}"), .. Repeated.Select(r => $"repeated: {r}"), .. StaleOutcomes.Select(s => $"stale outcome: {s}"),
    ]);
}
