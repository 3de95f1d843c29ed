namespace ActorBalancer.Work;

/// <summary>
/// A worker introduces itself to a router: at its start, to every new router incarnation and after every reconnect
/// (rule 9). Repeated until the welcome arrives. What it holds from earlier incarnations is adopted, not run again.
/// </summary>
internal sealed class WorkerHello
{
    /// <summary>Larger than that of any earlier process of this name.</summary>
    public required long WorkerIncarnation { get; init; }

    public required string Name { get; init; }

    public required int Slots { get; init; }

    /// <summary>The configured weight in thousandths.</summary>
    public required int Weight { get; init; }

    public required string[] Kinds { get; init; }

    /// <summary>Where its life port answers, on the host of its address; 0: it has none.</summary>
    public required int LifePort { get; init; }

    public required string Version { get; init; }

    public required long StartedUnixMs { get; init; }

    /// <summary>All it holds, for whichever router incarnation.</summary>
    public HeldRun[] Held { get; init; } = [];

    /// <summary>
    /// What ran when earlier processes of this worker died (rule 10): crashes that no router may have seen. Told again and again; a router
    /// counts each once.
    /// </summary>
    public HeldRun[] Left { get; init; } = [];

    public bool Draining { get; init; }

    /// <summary>
    /// Counts the hellos of this process, from 1: one that comes late or twice tells nothing. 0: it is not counted.
    /// </summary>
    public long Number { get; init; }

    /// <summary>The incarnation of this router that it was welcomed by last; 0: by none.</summary>
    public long HeardIncarnation { get; init; }

    /// <summary>
    /// The highest <see cref="RouterWelcome.Round"/> of that incarnation it knew when it said this. What it holds by then came from owners who
    /// were told of; anything a former owner still sends later, it does not take.
    /// </summary>
    public long HeardRound { get; init; }
}
