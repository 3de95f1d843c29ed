namespace ActorBalancer.Routers;

/// <summary>The gateways that submitted, as small numbers for the dispatcher.</summary>
internal sealed class Submitters<TPeer>
    where TPeer : class
{
    private readonly Dictionary<TPeer, int> _numbers = [];
    private readonly List<TPeer?> _peers = [];
    private TPeer? _last;
    private int _lastNumber;

    public bool TryFind(TPeer peer, out int number)
    {
        number = _lastNumber;
        if (ReferenceEquals(peer, _last))
            return true;
        if (!_numbers.TryGetValue(peer, out number))
            return false;
        (_last, _lastNumber) = (peer, number);
        return true;
    }

    public int Add(TPeer peer)
    {
        // Numbers are never used again: a late notice must not reach a stranger.
        _numbers.Add(peer, _peers.Count);
        _peers.Add(peer);
        return _peers.Count - 1;
    }

    public void Remove(TPeer peer)
    {
        if (_numbers.Remove(peer, out int number))
            _peers[number] = null;
        _last = null;
    }

    public TPeer? this[int number] => _peers[number];
}
