using Akka.Actor;

namespace ActorBalancer.Cluster.Router;

/// <summary>Which actor is behind a row of the dispatcher's fleet.</summary>
internal sealed class WorkerRows
{
    private readonly List<(IActorRef? Actor, long Incarnation)> _rows = [];

    public IActorRef? this[int row] => row < _rows.Count ? _rows[row].Actor : null;

    public void Set(int row, IActorRef actor, long incarnation)
    {
        while (_rows.Count <= row)
            _rows.Add((null, 0));
        _rows[row] = (actor, incarnation);
    }

    public void Remove(long incarnation)
    {
        int row = _rows.FindIndex(r => r.Incarnation == incarnation);
        if (row >= 0)
            _rows[row] = (null, 0);
    }

    /// <summary>The incarnations at an address; a copy, since what is done with them may change the rows.</summary>
    public long[] At(Address node)
    {
        return [.. _rows.Where(r => r.Actor is not null && IsAt(r.Actor, node)).Select(r => r.Incarnation)];
    }

    private static bool IsAt(IActorRef actor, Address node) => actor.Path.Address.HasGlobalScope && actor.Path.Address.Equals(node);
}
