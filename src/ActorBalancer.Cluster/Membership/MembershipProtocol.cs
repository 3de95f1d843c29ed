using Akka.Actor;

namespace ActorBalancer.Cluster.Membership;

/// <summary>
/// What the membership actor tells the router, worker, gateway and metrics actors of its node about the other nodes that
/// carry one of the balancer's roles. Membership proposes; who owns a job is decided elsewhere.
/// </summary>
internal interface IMembershipProtocol
{
    /// <summary>A node joined (Up or WeaklyUp). Sent again for every present node to a new listener.</summary>
    sealed record NodeJoined(Address Node, int Uid, bool IsRouter, bool IsWorker) : IMembershipProtocol;

    /// <summary>The node cannot be reached: a partition, a pause or a death. Also told when it is downed.</summary>
    sealed record NodeUnreachable(Address Node, int Uid) : IMembershipProtocol;

    /// <summary>The node is given up for good; <see cref="NodeUnreachable"/> was told before, <see cref="NodeRemoved"/> follows.</summary>
    sealed record NodeDowned(Address Node, int Uid) : IMembershipProtocol;

    /// <summary>The node can be reached again after <see cref="NodeUnreachable"/> or <see cref="NodeDisconnected"/>.</summary>
    sealed record NodeReachable(Address Node, int Uid) : IMembershipProtocol;

    /// <summary>The node is leaving in good order.</summary>
    sealed record NodeLeaving(Address Node, int Uid) : IMembershipProtocol;

    /// <summary>The node is out of the cluster.</summary>
    sealed record NodeRemoved(Address Node, int Uid) : IMembershipProtocol;

    /// <summary>
    /// The connection to the node broke. <see cref="NodeReachable"/>, <see cref="NodeRemoved"/> or
    /// <see cref="ProcessGone"/> follows.
    /// </summary>
    sealed record NodeDisconnected(Address Node) : IMembershipProtocol;

    /// <summary>
    /// Evidence that the process is gone: its life port refused the connection, or answered another incarnation.
    /// </summary>
    sealed record ProcessGone(Address Node, long Incarnation, string Evidence) : IMembershipProtocol;

    /// <summary>To the membership actor: the incarnation and life port of a node, once it has introduced itself.</summary>
    sealed record LifePortKnown(Address Node, long Incarnation, int Port) : IMembershipProtocol;

    /// <summary>To the membership actor: tell <paramref name="Listener"/> everything from now on, and first what is.</summary>
    sealed record Subscribe(IActorRef Listener) : IMembershipProtocol;

    /// <summary>
    /// To the membership actor's parent: this node itself was downed, removed or quarantined. Its ActorSystem ends or is of
    /// no more use. Told once; not after an orderly leave.
    /// </summary>
    sealed record SelfDowned(string Reason) : IMembershipProtocol;
}
