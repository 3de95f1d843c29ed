using ActorBalancer.Load;
using ActorBalancer.Strategies;

namespace ActorBalancer.Dispatch;

/// <summary>
/// The jobs of one queue and one kind: what the same workers can run. It has its own strategy over its own candidates, so the
/// promised shares hold for each kind.
/// </summary>
internal sealed class Lane(QueueState queue, int kind, string kindName, JobTable table, DecisionLog decisions)
{
    private long _seen = -1;
    private bool _seesOthers;

    public QueueState Queue { get; } = queue;

    public int Kind { get; } = kind;

    public string KindName { get; } = kindName;

    public Candidates Candidates { get; private set; } = new();

    /// <summary>What the strategy sees, so that its picks can be explained.</summary>
    public StrategyView View { get; private set; } = null!;

    public Backlog Waiting { get; } = new(table);

    /// <summary>Jobs under which a worker died; each goes alone to a worker that has no other such.</summary>
    public Backlog Suspects { get; } = new(table);

    /// <summary>By priority.</summary>
    public ReadyStream?[] Ready { get; } = new ReadyStream?[JobKey.HighestPriority + 1];

    public LaterStream? Later { get; set; }

    public bool SaidUnoffered { get; set; }

    /// <summary>Takes up the queue's present strategy and binding, afresh.</summary>
    public void Restart(ulong seed)
    {
        Candidates = new Candidates();
        _seesOthers = StrategyCatalog.TryGet(Queue.Strategy, out StrategyInfo? info) && info.SeesOthers;
        View = new StrategyView(decisions.NextView(), Queue, Kind, Candidates, StrategyCatalog.Create(Queue.Strategy, Candidates, Queue.StrategyOptions, seed));
        _seen = -1;
    }

    /// <summary>Brings the candidates up to what the fleet is now.</summary>
    public void Synchronise(Fleet fleet)
    {
        if (_seen == fleet.Version)
            return;
        if (fleet.TryReadSince(_seen, out Fleet.ChangeReader changes))
        {
            while (changes.Read(out int row))
                Read(row, fleet);
        }
        else
        {
            for (int row = 0; row < fleet.Rows; row++)
                Read(row, fleet);
        }
        _seen = fleet.Version;
    }

    private void Read(int row, Fleet fleet)
    {
        WorkerLink? link = fleet[row];
        bool member = link is { State: not WorkerState.Gone } && link.Kinds.Contains(Kind);
        if (Candidates.IsMember(row) && (!member || Candidates.Id(row) != link!.Id))
        {
            Candidates.Leave(row);
            decisions.Left(View, row);
        }
        if (!member)
            return;
        bool eligible = link!.TakesJobs && (Queue.Binding == Binding.Early || link.Available > 0);
        int weight = link.Effective >= 0 ? link.Effective : Queue.UnknownWeight();
        int factor = Queue.Weights == WeightSource.Learned ? link.Factor(KindName) : 1000;
        weight = KindFactor.Learned(weight, factor);
        if (!Candidates.IsMember(row))
            Candidates.Join(row, link.Id, link.Slots, weight, eligible);
        else
        {
            Candidates.SetWeight(row, weight, link.Slots);
            Candidates.SetEligible(row, eligible);
        }
        int others = _seesOthers ? OthersOf(fleet, link) : 0;
        int load = link.InFlight + link.Lined + link.Penalties + others;
        Candidates.SetInFlight(row, load);
        decisions.Changed(View, row, link, weight, load, factor, eligible, hasOthers: others > 0);
    }

    /// <summary>Jobs of other routers at the worker: those that it reported, and those that nobody tells of, which wait for it at a router or are on their way.</summary>
    private static int OthersOf(Fleet fleet, WorkerLink link) =>
        fleet.Share.IsAll ? 0 : link.Others + fleet.Share.SentByOthers(link.UnderWay + link.Lined);
}
