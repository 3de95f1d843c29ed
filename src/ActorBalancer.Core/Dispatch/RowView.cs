namespace ActorBalancer.Dispatch;

/// <summary>What one strategy sees of one worker, and what that came from.</summary>
internal struct RowView
{
    public RowView(WorkerLink link, int weight, int load, int factor, bool eligible, bool seesOthers)
    {
        Link = link;
        Stamp = link.Stamp;
        Weight = weight;
        Load = load;
        Slots = link.Slots;
        Factor = factor;
        ReportMicros = link.ReportMicros;
        Bar = eligible ? weight > 0 ? RowBar.None : RowBar.Weight : BarOf(link);
        Notes = (link.Effective < 0 ? RowNotes.UnknownWeight : link.Effective < link.Weight ? RowNotes.SlowStart : RowNotes.None)
            | (link.Penalties > 0 ? RowNotes.Failures : RowNotes.None)
            | (seesOthers ? RowNotes.Others : RowNotes.None)
            | (link.Suspects > 0 ? RowNotes.Suspect : RowNotes.None);
    }

    /// <summary>Null: no worker.</summary>
    public WorkerLink? Link { get; }

    /// <summary>Of the link when this was made.</summary>
    public int Stamp { get; set; }

    /// <summary>When the report came that its credit stands on; 0: none.</summary>
    public long ReportMicros { get; }

    /// <summary>Effective, in thousandths.</summary>
    public int Weight { get; }

    public int Load { get; set; }

    public int Slots { get; }

    /// <summary>Of the weight, what was learned; thousandths.</summary>
    public int Factor { get; }

    public RowBar Bar { get; }

    public RowNotes Notes { get; }

    public readonly bool IsEligible => Bar is RowBar.None or RowBar.Weight;

    /// <summary>Whether nothing but the load differs.</summary>
    public readonly bool IsSameBut(in RowView other) => ReportMicros == other.ReportMicros && Weight == other.Weight && Bar == other.Bar
        && Notes == other.Notes && Factor == other.Factor && Slots == other.Slots && Link == other.Link;

    private static RowBar BarOf(WorkerLink link) => link switch
    {
        { State: WorkerState.Silent } => RowBar.Silent,
        { State: not WorkerState.Up } => RowBar.Gone,
        { Synchronised: false } => RowBar.Joining,
        { Draining: true } or { DrainOrdered: true } or { Leaving: true } => RowBar.Draining,
        { Ejected: not null } => RowBar.Ejected,
        _ => RowBar.Credit,
    };
}

/// <summary>Why a strategy may not choose a worker.</summary>
internal enum RowBar : byte
{
    None,
    Credit,
    Weight,
    Draining,
    Ejected,
    Silent,
    Joining,
    Gone,
}

/// <summary>What had moved a worker's weight or load.</summary>
[Flags]
internal enum RowNotes : byte
{
    None = 0,
    SlowStart = 1,
    UnknownWeight = 2,
    Failures = 4,
    Others = 8,

    /// <summary>It has a job under which a worker died.</summary>
    Suspect = 16,
}
