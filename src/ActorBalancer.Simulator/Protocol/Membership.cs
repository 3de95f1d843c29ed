namespace ActorBalancer.Simulator.Protocol;

/// <summary>What a node's own membership tells its actors of another node.</summary>
internal enum MemberNews
{
    Joined,
    Disconnected,
    Unreachable,
    Reachable,

    /// <summary>Evidence that the process has ended.</summary>
    Gone,
    Removed,
}

/// <summary>
/// The cluster: who is told when of whom. Like the real one it is late, sees a pause as it sees a partition, lets the side with most
/// routers go on, and ends the processes of the other side some time later, so that two owners believe in themselves for a while.
/// </summary>
internal sealed class Membership(World world)
{
    private const long LookEvery = Moment.PerSecond;
    private const long UnreachableAfter = 4 * Moment.PerSecond;
    private const long StableAfter = 7 * Moment.PerSecond;

    private readonly Dictionary<(Process Observer, Process Subject), View> _views = [];
    private readonly Dictionary<Process, long> _lastTold = [];
    private bool _looks;

    public void Join(Process process)
    {
        if (!_looks)
        {
            _looks = true;
            world.After(LookEvery, Look);
        }
        world.At(world.Now + world.Luck.Ms(20, 1_500), process, () => TryJoin(process));
    }

    public void Crashed(Process process)
    {
        process.IsMember = false;
        foreach (((Process observer, Process subject), View view) in _views)
        {
            if (subject != process || !observer.IsAlive || view.IsRemoved || !Hears(observer, process.Host))
                continue;
            if (!world.Luck.OneIn(5))
            {
                Tell(observer, MemberNews.Disconnected, process, world.Luck.Ms(5, 100));
                if (!world.Luck.OneIn(4))
                {
                    view.IsGone = true;
                    Tell(observer, MemberNews.Gone, process, world.Luck.Ms(100, 1_000));
                }
            }
        }
    }

    /// <summary>The connection broke and is up again.</summary>
    public void Reconnected(Process one, Process other, long afterMicros)
    {
        foreach ((Process observer, Process subject) in new[] { (one, other), (other, one) })
        {
            if (!observer.IsAlive || !subject.IsAlive || !_views.TryGetValue((observer, subject), out View? view) || view.IsRemoved)
                continue;
            Tell(observer, MemberNews.Disconnected, subject, world.Luck.Ms(5, 100));
            if (!view.IsUnreachable)
                Tell(observer, MemberNews.Reachable, subject, afterMicros);
        }
    }

    public bool Knows(Process observer, Process subject) => _views.TryGetValue((observer, subject), out View? view) && !view.IsRemoved;

    /// <summary>The members that it knows, itself among them.</summary>
    public IEnumerable<Routers.KnownNode> SeenBy(Process observer) => _views
        .Where(v => v.Key.Observer == observer && !v.Value.IsRemoved)
        .Select(v => new Routers.KnownNode(v.Key.Subject.Host.Address, v.Key.Subject is WorkerNode, !v.Value.IsUnreachable))
        .Append(new Routers.KnownNode(observer.Host.Address, observer is WorkerNode, IsReachable: true));

    /// <summary>Whoever is at that address is removed at the wish of one that sees it.</summary>
    public void Down(Process by, string address)
    {
        foreach (((Process observer, Process subject), View view) in _views.ToArray())
        {
            if (!observer.IsAlive || subject.Host.Address != address || !view.IsUnreachable || (observer != by && !Hears(observer, by.Host)))
                continue;
            world.At(world.Now + world.Luck.Ms(0, 1_000), observer, () => Remove(observer, subject));
            if (subject is { IsAlive: true, IsDowned: false })
            {
                subject.IsDowned = true;
                world.At(world.Now + world.Luck.Ms(0, 15_000), subject, () => subject.Die("it was downed"));
            }
        }
    }

    private void TryJoin(Process process)
    {
        List<Process> others = [.. world.Alive<Process>().Where(p => p != process && p.IsMember)];
        if (others.Count > 0 && !others.Exists(p => !p.IsPaused && Hears(process, p.Host) && Hears(p, process.Host)))
        {
            world.At(world.Now + Moment.PerSecond, process, () => TryJoin(process));
            return;
        }
        process.IsMember = true;
        foreach (Process other in others)
        {
            Meet(process, other);
            Meet(other, process);
        }
        Tell(process, MemberNews.Joined, process, 0);
    }

    private void Meet(Process observer, Process subject)
    {
        foreach (((Process who, Process old), View view) in _views.ToArray())
        {
            // Its predecessor at the address is removed sooner or later than it joins.
            if (who == observer && old.Host == subject.Host && !view.IsRemoved)
                world.At(world.Now + world.Luck.Ms(0, 2_000), observer, () => Remove(observer, old));
        }
        _views[(observer, subject)] = new View { HeardAt = world.Now };
        Tell(observer, MemberNews.Joined, subject, 0);
    }

    /// <summary>The failure detector, and who is removed by it.</summary>
    private void Look()
    {
        world.After(LookEvery, Look);
        List<Process> routers = [.. world.Alive<RouterNode>().Where(r => r.IsMember)];
        foreach (((Process observer, Process subject), View view) in _views)
        {
            if (!observer.IsAlive || observer.IsPaused || view.IsRemoved)
                continue;
            bool hears = subject is { IsAlive: true, IsPaused: false } && Hears(observer, subject.Host) && Hears(subject, observer.Host);
            if (hears)
            {
                view.HeardAt = world.Now;
                if (view.IsUnreachable)
                {
                    view.IsUnreachable = false;
                    Tell(observer, MemberNews.Reachable, subject, world.Luck.Ms(0, 900));
                }
                continue;
            }
            long silent = world.Now - view.HeardAt;
            if (!view.IsUnreachable && silent >= UnreachableAfter)
            {
                view.IsUnreachable = true;
                Tell(observer, MemberNews.Unreachable, subject, world.Luck.Ms(0, 900));
                if (view.IsGone)
                    world.At(world.Now + world.Luck.Ms(950, 2_000), observer, () => Remove(observer, subject));
            }
            else if (view.IsUnreachable && silent >= UnreachableAfter + StableAfter && IsOnLargerSide(observer, subject, routers))
            {
                Remove(observer, subject);
                // It learns of it late, if it lives.
                if (subject is { IsAlive: true, IsDowned: false })
                {
                    subject.IsDowned = true;
                    world.At(world.Now + world.Luck.Ms(0, 15_000), subject, () => subject.Die("the cluster went on without it"));
                }
            }
        }
    }

    /// <summary>Most routers are on its side; of two equal sides that of the first router. A single router is on the right side.</summary>
    private bool IsOnLargerSide(Process observer, Process subject, List<Process> routers)
    {
        if (subject.IsAlive && routers.Count == 1 && routers[0] == subject)
            return false;
        int here = routers.Count(r => r == observer || (r is { IsPaused: false } && Hears(observer, r.Host) && Hears(r, observer.Host)));
        return here * 2 > routers.Count || (here * 2 == routers.Count && (here == 0 || !subject.IsAlive || subject is not RouterNode || string.CompareOrdinal(observer.Name, subject.Name) < 0));
    }

    private void Remove(Process observer, Process subject)
    {
        if (!_views.TryGetValue((observer, subject), out View? view) || view.IsRemoved)
            return;
        view.IsRemoved = true;
        if (!view.IsUnreachable && subject.IsAlive)
            Tell(observer, MemberNews.Unreachable, subject, 0);
        Tell(observer, MemberNews.Removed, subject, world.Luck.Ms(0, 300));
    }

    /// <summary>What one observer is told keeps its order.</summary>
    private void Tell(Process observer, MemberNews news, Process subject, long after)
    {
        long at = Math.Max(world.Now + after, _lastTold.GetValueOrDefault(observer));
        _lastTold[observer] = at;
        world.At(at, observer, () =>
        {
            if (world.IsLogged)
                world.Log($"{observer} is told: {subject} {news}");
            observer.Told(news, subject);
        });
    }

    private bool Hears(Process observer, Host subject) => observer.Host == subject || !world.Network.IsCut(subject, observer.Host);

    private sealed class View
    {
        public long HeardAt { get; set; }

        public bool IsUnreachable { get; set; }

        public bool IsGone { get; set; }

        public bool IsRemoved { get; set; }
    }
}
