using ActorBalancer.Options;
using ActorBalancer.Strategies;

namespace ActorBalancer.Dispatch;

/// <summary>A queue that this router owns: its settings, lanes and lines.</summary>
internal sealed class QueueState(int number, string name, QueueOptions options, Func<int> unknownWeight)
{
    public int Number { get; } = number;

    public string Name { get; } = name;

    public QueueOptions Options { get; } = options;

    public string Strategy { get; set; } = options.Strategy;

    public Binding Binding { get; set; }

    public WeightSource Weights { get; set; }

    public StrategyOptions StrategyOptions { get; } = new() { Choices = options.Choices, LoadFactor = options.LoadFactor };

    public bool Paused { get; set; }

    public long NextSequence { get; set; }

    /// <summary>Sequences below are set aside, or are to be with the turn's commit.</summary>
    public long Reserved { get; set; }

    /// <summary>Sequences below are set aside for sure.</summary>
    public long ReservedStored { get; set; }

    /// <summary>Jobs below this sequence were there before this incarnation and are read back from the store.</summary>
    public long LoadBelow { get; init; }

    /// <summary>The first sequence of which the store's answer is not known; jobs from there on are taken up with that answer, and by nothing else.</summary>
    public long Stored { get; set; }

    /// <summary>The discovery is still going over them.</summary>
    public bool Loading { get; set; }

    public QueueReader Reader { get; } = new();

    public SequenceMap Map { get; } = new();

    public List<Lane> Lanes { get; } = [];

    /// <summary>By fleet row: jobs bound to the worker that wait for its credit.</summary>
    public List<Backlog?> Lines { get; } = [];

    /// <summary>Jobs in all lines together.</summary>
    public int Lined { get; set; }

    /// <summary>With <see cref="QueueOrder.Source"/>: the newest job of each source that has one which is not final.</summary>
    public Dictionary<ulong, int> SourceTails { get; } = [];

    /// <summary>With <see cref="QueueOrder.Source"/> and a bounded window: by source.</summary>
    public Dictionary<ulong, SourceChain> Chains { get; } = [];

    /// <summary>Jobs that wait for something else than their time, in memory or not.</summary>
    public long Waiting { get; set; }

    public long Running { get; set; }

    /// <summary>Jobs that wait for their time, in memory or not; a due one that is not read yet is still counted here.</summary>
    public long Scheduled { get; set; }

    public long Dead { get; set; }

    /// <summary>The dead jobs by the store and by this, when the store was last looked at.</summary>
    public (long Stored, long Known) DeadThen { get; set; }

    public QueueCounts Counts { get; } = new();

    /// <summary>By priority rank: sequences up to this one may be assigned (rule 9).</summary>
    public long[] Horizon { get; } = NoHorizon();

    /// <summary>By priority rank: the horizon of the earlier incarnations. Above it no old job was ever assigned.</summary>
    public long[] FormerHorizon { get; } = NoHorizon();

    /// <summary>By priority rank: the horizon that was last asked for.</summary>
    public long[] HorizonAsked { get; } = NoHorizon();

    public bool Ordered => Options.Order == QueueOrder.Source;

    /// <summary>Jobs that are in lanes or lines.</summary>
    public bool HasWork
    {
        get
        {
            if (Lined > 0)
                return true;
            foreach (Lane lane in Lanes)
            {
                if (lane.Waiting.Count > 0 || lane.Suspects.Count > 0)
                    return true;
            }
            return false;
        }
    }

    public Lane? FindLane(int kind)
    {
        foreach (Lane lane in Lanes)
        {
            if (lane.Kind == kind)
                return lane;
        }
        return null;
    }

    /// <summary>The weight of a worker that the metrics actor has not spoken of: the mean of the others.</summary>
    public int UnknownWeight() => unknownWeight();

    private static long[] NoHorizon()
    {
        long[] none = new long[JobKey.HighestPriority + 1];
        Array.Fill(none, -1);
        return none;
    }
}
