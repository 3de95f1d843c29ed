using Akka.Actor;

namespace ActorBalancer.Cluster.Gateway;

/// <summary>
/// The router nodes that membership told of, each with the reference of its router actor once that has answered. A node is
/// its address and the uid of its ActorSystem, so that a process restarted on the same address is another one.
/// </summary>
internal sealed class KnownRouters
{
    private readonly List<RouterNode> _nodes = [];
    private int _lastNumber;

    public RouterNode Add(Address? address, int uid)
    {
        RouterNode node = new(++_lastNumber, address, uid);
        _nodes.Add(node);
        return node;
    }

    public RouterNode? Find(int number) => _nodes.Find(n => n.Number == number);

    public RouterNode? Find(Address address, int uid) => _nodes.Find(n => n.Uid == uid && address.Equals(n.Address));

    public RouterNode? Find(IActorRef router) => _nodes.Find(n => router.Equals(n.Ref));

    /// <summary>The nodes there whose connection broke: the only ones that evidence of a process's end can be about.</summary>
    public RouterNode[] Suspects(Address address) => [.. _nodes.Where(n => n.IsSuspect && address.Equals(n.Address))];

    public IEnumerable<RouterNode> At(Address address) => _nodes.Where(n => address.Equals(n.Address));

    /// <summary>The nodes whose actor has still to answer.</summary>
    public IEnumerable<RouterNode> Unanswered => _nodes.Where(n => n.IsAsked);

    /// <summary>The actors of the others.</summary>
    public IEnumerable<IActorRef> Answered => _nodes.Where(n => n.Ref is not null).Select(n => n.Ref!);

    public void Remove(RouterNode node) => _nodes.Remove(node);
}

/// <summary>One router node.</summary>
/// <param name="number">Ours for it, as the machine knows it.</param>
/// <param name="address">Null: this process.</param>
/// <param name="uid">Of its ActorSystem.</param>
internal sealed class RouterNode(int number, Address? address, int uid)
{
    public int Number { get; } = number;

    public Address? Address { get; } = address;

    public int Uid { get; } = uid;

    public IActorRef? Ref { get; set; }

    /// <summary>It was asked who it is, and has not answered.</summary>
    public bool IsAsked { get; set; }

    /// <summary>Its connection broke, or it cannot be reached.</summary>
    public bool IsSuspect { get; set; }
}
