using Akka.Actor;

namespace ActorBalancer.Cluster.Membership;

/// <summary>What the membership actor knows of a process whose life port it can ask.</summary>
internal sealed class WatchedProcess(Address node, long incarnation, int port)
{
    public Address Node { get; } = node;

    public long Incarnation { get; } = incarnation;

    public int Port { get; } = port;

    /// <summary>
    /// The uid of its ActorSystem; null while the cluster still shows an earlier process at this address.
    /// Evidence about this process may down the member with this uid and no other.
    /// </summary>
    public int? Uid { get; set; }

    /// <summary>Something speaks against it: its connection broke, or the cluster cannot reach it, or removed it.</summary>
    public bool Suspect { get; set; }

    /// <summary>The connection to its address is up, as far as remoting says.</summary>
    public bool Connected { get; set; } = true;

    /// <summary>
    /// Its life port has answered this node. Before that a refusal proves nothing: a firewall or an address translation may
    /// be what refuses.
    /// </summary>
    public bool HasAnswered { get; set; }

    public bool Probing { get; set; }

    /// <summary>New suspicion came while a probe was under way: ask again at once, its answer may be older.</summary>
    public bool AskAgain { get; set; }

    /// <summary>Probes since the last suspicion.</summary>
    public int Attempt { get; set; }
}
