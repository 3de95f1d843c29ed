using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using static ActorBalancer.Cluster.Membership.IMembershipProtocol;

namespace ActorBalancer.Cluster.Membership;

/// <content>Asks the life ports of suspected processes until each is proven alive or gone.</content>
internal sealed partial class MembershipActor
{
    private readonly Dictionary<(Address Node, long Incarnation), WatchedProcess> _processes = [];

    private void OnLifePort(LifePortKnown m)
    {
        if (m.Port == 0 || m.Node.Host is null || m.Node.Equals(_cluster.SelfAddress)) return;
        if (!_processes.TryGetValue((m.Node, m.Incarnation), out WatchedProcess? process))
        {
            process = new WatchedProcess(m.Node, m.Incarnation, m.Port);
            Node? node = _nodes.Values.FirstOrDefault(n => n.Address.Equals(m.Node) && !n.Gone);
            if (node is not null) process.Uid = UidFor(process, node);
            if (node is { Disconnected: true } or { Unreachable: true }) process.Suspect = true;
            _processes.Add((m.Node, m.Incarnation), process);
        }

        // It just introduced itself, and the first answer shows whether its life port can be reached at all.
        process.Connected = true;
        AskAtOnce(process);
    }

    /// <summary>
    /// The node's uid, unless another process is known to be that node: then this one is its successor on the same address,
    /// which the cluster has not shown yet. One process may have two incarnations; they share the port.
    /// </summary>
    private int? UidFor(WatchedProcess process, Node node) =>
        _processes.Values.Any(p => p.Node.Equals(node.Address) && p.Uid == node.Uid && p.Port != process.Port) ? null : node.Uid;

    private void BindProcesses(Node node)
    {
        foreach (WatchedProcess process in _processes.Values)
            if (process.Uid is null && process.Node.Equals(node.Address)) process.Uid = node.Uid;
    }

    private void SuspectProcesses(Node node)
    {
        foreach (WatchedProcess process in _processes.Values)
            if (process.Uid == node.Uid && process.Node.Equals(node.Address)) Suspect(process);
    }

    private void SuspectProcesses(Address address)
    {
        foreach (WatchedProcess process in _processes.Values)
        {
            if (!process.Node.Equals(address)) continue;
            process.Connected = false;
            Suspect(process);
        }
    }

    /// <summary>False if no process is known there. A successor may be what connected, so those known are asked first.</summary>
    private bool ReconnectProcesses(Address address)
    {
        bool any = false;
        foreach (WatchedProcess process in _processes.Values)
        {
            if (!process.Node.Equals(address)) continue;
            any = true;
            process.Connected = true;
            if (process.Suspect) AskAtOnce(process);
        }

        return any;
    }

    private void ForgetProcesses(Node node, bool inGoodOrder)
    {
        foreach (WatchedProcess process in _processes.Values.Where(p => p.Uid == node.Uid && p.Node.Equals(node.Address)).ToArray())
        {
            if (inGoodOrder)
            {
                Drop(process);
                continue;
            }

            if (!process.Suspect) Suspect(process);
            Timers.StartSingleTimer((process, "forget"), new Forget(process), _timing.ForgetAfter);
        }
    }

    private void Drop(WatchedProcess process)
    {
        _processes.Remove((process.Node, process.Incarnation));
        Timers.Cancel(process);
        Timers.Cancel((process, "forget"));
    }

    private void Suspect(WatchedProcess process)
    {
        process.Suspect = true;
        AskAtOnce(process);
    }

    private void AskAtOnce(WatchedProcess process)
    {
        process.Attempt = 0;
        if (process.Probing) process.AskAgain = true;
        else Ask(process);
    }

    private void Ask(WatchedProcess process)
    {
        Timers.Cancel(process);
        process.Probing = true;
        process.AskAgain = false;
        _prober(process.Node.Host!, process.Port, process.Incarnation, _timing.Timeout).PipeTo(
            Self,
            success: answer => new Answered(process, answer),
            failure: e => new Answered(process, new LifeAnswer(LifeState.Silent, e.Message)));
    }

    private void OnAnswered(WatchedProcess process, LifeAnswer answer)
    {
        process.Probing = false;
        if (_over || !_processes.TryGetValue((process.Node, process.Incarnation), out WatchedProcess? known) || known != process) return;

        bool alive = answer.State is LifeState.Alive;
        process.HasAnswered |= alive;

        if (answer.State is LifeState.Replaced || (answer.State is LifeState.Refused && process.HasAnswered && process.Suspect))
            OnGone(process, answer.Evidence);
        else if (process.AskAgain)
            Ask(process);
        else if (process.Suspect && (alive || !process.HasAnswered) && MayTrust(process))
            Trust(process);
        else if (process.Suspect || !alive)
            AskLater(process);
    }

    /// <summary>
    /// A process that answers is trusted when its connection is up again, or has had time to break visibly a second time.
    /// </summary>
    private bool MayTrust(WatchedProcess process)
    {
        bool unreachable = _nodes.Values.Any(n => n.Uid == process.Uid && n.Address.Equals(process.Node) && n.Unreachable);
        return !unreachable && (process.Connected || _timing.Pause(process.Attempt) == _timing.LongestPause);
    }

    private void Trust(WatchedProcess process)
    {
        process.Suspect = false;
        foreach (Node node in _nodes.Values)
            if (node.Uid == process.Uid && node.Address.Equals(process.Node)) TellReachable(node);
    }

    private void AskLater(WatchedProcess process)
    {
        TimeSpan pause = _timing.Pause(process.Attempt++);
        if (pause == _timing.LongestPause && process.Uid is null && !_nodes.Values.Any(node => node.Address.Equals(process.Node)))
        {
            // It introduced itself and never became a member: nobody will ever say that it was removed.
            Drop(process);
            return;
        }

        if (!process.Suspect && pause == _timing.LongestPause)
        {
            _log.Warning(
                "The life port {Port} of {Node} does not answer: its crash will be noticed by the failure detector only",
                process.Port,
                process.Node);
            return;
        }

        Timers.StartSingleTimer(process, new AskNow(process), pause);
    }

    private void OnGone(WatchedProcess process, string evidence)
    {
        Drop(process);
        foreach (Node node in _nodes.Values)
            if (node.Uid == process.Uid && node.Address.Equals(process.Node)) node.Gone = true;

        _log.Warning("Process {Incarnation} of {Node} is gone: {Evidence}", process.Incarnation, process.Node, evidence);
        Tell(new ProcessGone(process.Node, process.Incarnation, evidence));
        foreach (Node node in _nodes.Values)
            if (node.Unreachable && node.Gone && node.Address.Equals(process.Node)) DownGone(node);
    }

    /// <summary>
    /// Only once it is unreachable, for a member is not removed before. One that is down and not yet unreachable would bar the way to a
    /// process that starts at its address: that one's request to join proves to Akka that the old one has ended, but not if it is down.
    /// </summary>
    private void DownGone(Node node)
    {
        if (IsStillMember(node)) _cluster.Down(node.Address);
    }

    /// <summary>
    /// Downing goes by address, so it is for the member with this node's uid only. Members that are on their
    /// way out already are removed without waiting for them.
    /// </summary>
    private bool IsStillMember(Node node) => _cluster.State.Members.Any(member =>
        member.UniqueAddress.Equals(new UniqueAddress(node.Address, node.Uid)) && member.Status is not (MemberStatus.Down or MemberStatus.Exiting));

    private sealed record Answered(WatchedProcess Process, LifeAnswer Answer);

    private sealed record AskNow(WatchedProcess Process);

    private sealed record Forget(WatchedProcess Process);
}
