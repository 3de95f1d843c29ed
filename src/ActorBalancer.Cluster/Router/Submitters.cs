using Akka.Actor;

namespace ActorBalancer.Cluster.Router;

/// <summary>The gateways that submitted, as small numbers for the dispatcher.</summary>
internal sealed class Submitters
{
    private readonly Dictionary<IActorRef, int> _numbers = [];
    private readonly List<IActorRef?> _actors = [];
    private IActorRef? _last;
    private int _lastNumber;

    public bool TryFind(IActorRef actor, out int number)
    {
        number = _lastNumber;
        if (ReferenceEquals(actor, _last))
            return true;
        if (!_numbers.TryGetValue(actor, out number))
            return false;
        (_last, _lastNumber) = (actor, number);
        return true;
    }

    public int Add(IActorRef actor)
    {
        // Numbers are never used again: a late notice must not reach a stranger.
        _numbers.Add(actor, _actors.Count);
        _actors.Add(actor);
        return _actors.Count - 1;
    }

    public void Remove(IActorRef actor)
    {
        if (_numbers.Remove(actor, out int number))
            _actors[number] = null;
        _last = null;
    }

    public IActorRef? this[int number] => _actors[number];
}
