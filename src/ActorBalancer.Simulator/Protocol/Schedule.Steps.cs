using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Protocol;

/// <content>What happens in a life.</content>
internal sealed partial class Schedule
{
    private void Step()
    {
        switch (_luck.Next(22))
        {
            case 0: Kill(); break;
            case 1: Pause(); break;
            case 2: Part(); break;
            case 3: Break(); break;
            case 4: StoreAway(); break;
            case 5: LoseAnswers(); break;
            case 6: Jump(); break;
            case 7: Leave(); break;
            case 8: Release(); break;
            case 9: CancelSome(); break;
            case 10: RetrySome(); break;
            case 11: Change(); break;
            case 12: Post(); break;
            case 13 or 14: SubmitKeyed(); break;
            case 15: Crowd(); break;
            default: Submit(); break;
        }
    }

    private void Submit()
    {
        if (_luck.Of([.. _world.Alive<GatewayNode>()]) is not { } gateway)
            return;
        ClientJob[] jobs = [.. Enumerable.Range(0, 1 + _luck.Next(10)).Select(_ => Offer(null))];
        bool single = _luck.OneIn(5);
        if (!single)
        {
            Send(gateway, jobs, _luck.OneIn(4) ? BatchRule.AllOrNone : BatchRule.RowByRow);
            return;
        }
        foreach (ClientJob job in jobs)
            SendOne(gateway, job);
    }

    private ClientJob Offer(string? key) => _world.Ledger.Offer(
        _luck.Of(_queues)!,
        _luck.OneIn(3) ? "b" : "a",
        _luck.OneIn(8) ? _luck.Ms(500, 8_000) : _luck.OneIn(3) ? _luck.Ms(10, 400) : _luck.Ms(0, 10),
        key,
        _luck.OneIn(2) ? $"s{_luck.Next(3)}" : null,
        _luck.OneIn(3) ? _luck.Next(10) : 5,
        _luck.OneIn(8) ? DateTimeOffset.FromUnixTimeMilliseconds(_world.UnixMs + _luck.Between(0, 3_000)) : null);

    /// <summary>Clients that send a key repeat until they know; two of them at once make one job.</summary>
    private void SubmitKeyed()
    {
        GatewayNode[] gateways = [.. _world.Alive<GatewayNode>()];
        ClientJob[] jobs = [.. Enumerable.Range(0, 1 + _luck.Next(4)).Select(_ => Offer($"k{_world.Ledger.Clients.Count}"))];
        for (int i = 1 + _luck.Next(2); i > 0 && gateways.Length > 0; i--)
        {
            GatewayNode gateway = _luck.Of(gateways)!;
            // Beside jobs without one.
            ClientJob[] batch = _luck.OneIn(3) ? [Offer(null), .. jobs] : jobs;
            Send(gateway, batch, _luck.OneIn(2) ? BatchRule.AllOrNone : BatchRule.RowByRow);
        }
        foreach (ClientJob job in jobs)
        {
            job.IsWanted = true;
            Repeat(job);
        }
    }

    private void Repeat(ClientJob job) => _world.After(_luck.Ms(300, 3_000), () =>
    {
        job.IsWanted = !job.IsAccepted && ++job.Tries <= 60;
        if (!job.IsWanted)
            return;
        if (_luck.Of([.. _world.Alive<GatewayNode>()]) is { } gateway && (job.Pending == 0 || _luck.OneIn(8)))
            SendOne(gateway, job);
        Repeat(job);
    });

    private void Send(GatewayNode gateway, ClientJob[] jobs, BatchRule rule)
    {
        foreach (ClientJob job in jobs)
            job.Pending++;
        gateway.Submit(new Submission(_world, gateway, jobs) { Batch = JobBatch.From([.. jobs.Select(j => j.Request)], rule), Notify = !_luck.OneIn(4) });
    }

    private void SendOne(GatewayNode gateway, ClientJob job)
    {
        job.Pending++;
        gateway.Submit(new Submission(_world, gateway, [job]) { Single = job.Request });
    }

    private void Crowd()
    {
        for (int i = 2 + _luck.Next(4); i > 0; i--)
            Submit();
    }

    private void Post()
    {
        ClientJob job = _world.Ledger.Offer(_luck.Of(_queues)!, "a", _luck.Ms(0, 50), posted: true);
        _world.Log($"a transaction brings {job}");
        _world.Store.Post(JobBatch.From([job.Request]));
    }

    private Process? Any() => _luck.Of([.. _world.Alive<Process>()]);

    private void Kill() => Any()?.Die("it is killed");

    /// <summary>Shorter than a lease, or longer than everybody's patience.</summary>
    private void Pause() => Any()?.Pause(_luck.OneIn(2) ? _luck.Ms(50, 3_000) : _luck.Ms(3_000, 25_000));

    /// <summary>Some hosts, the store perhaps among them, are parted from the others, or hear them and are not heard.</summary>
    private void Part()
    {
        List<Host> all = [.. _world.Hosts, _world.Store.Host];
        List<Host> some = [.. all.Where(_ => _luck.OneIn(3))];
        bool thereToo = !_luck.OneIn(3), backToo = !thereToo || !_luck.OneIn(3);
        long until = _world.Now + (_luck.OneIn(2) ? _luck.Ms(100, 3_000) : _luck.Ms(3_000, 20_000));
        _world.Log($"parted: {string.Join(' ', some)} from the others{(thereToo ? ", out" : "")}{(backToo ? ", in" : "")}, until {until / 1e6:0.000000}");
        foreach (Host one in some)
        {
            foreach (Host other in all.Except(some))
            {
                if (thereToo)
                    _world.Network.Cut(one, other, until);
                if (backToo)
                    _world.Network.Cut(other, one, until);
            }
        }
        Reconnect([.. some], [.. all.Except(some)], until);
    }

    /// <summary>A connection breaks, and what was on it is lost.</summary>
    private void Break()
    {
        if (Any() is not { } one || Any() is not { } other || one == other)
            return;
        long until = _world.Now + _luck.Ms(1, 500);
        _world.Log($"the connection of {one} and {other} breaks");
        _world.Network.Cut(one.Host, other.Host, until);
        _world.Network.Cut(other.Host, one.Host, until);
        Reconnect([one.Host], [other.Host], until);
    }

    private void Reconnect(Host[] some, Host[] others, long until) => _world.At(until + 1, null, () =>
    {
        foreach (Host one in some)
        {
            foreach (Host other in others)
            {
                if (one.Process is { } p && other.Process is { } q)
                    _world.Membership.Reconnected(p, q, _luck.Ms(10, 2_000));
            }
        }
    });

    private void StoreAway()
    {
        long until = _world.Now + (_luck.OneIn(2) ? _luck.Ms(50, 1_500) : _luck.Ms(1_500, 9_000));
        bool hangs = _luck.OneIn(3);
        _world.Log($"the store {(hangs ? "hangs" : "is away")} until {until / 1e6:0.000000}");
        if (hangs)
            _world.Store.HangsUntil = until;
        else
            _world.Store.AwayUntil = until;
    }

    private void LoseAnswers()
    {
        _world.Log("the store loses answers");
        _world.Store.Unknown = 0.5;
        _world.After(_luck.Ms(10, 1_500), () => _world.Store.Unknown = 0);
    }

    private void Jump()
    {
        Host host = _luck.OneIn(4) ? _world.Store.Host : _luck.Of(_world.Hosts)!;
        host.SkewMs += (_luck.OneIn(2) ? 1 : -1) * _luck.Between(1_000, 3_600_000);
        _latestMs = Math.Max(_latestMs, host.SkewMs);
        _world.Log($"the clock of {host} is off by {host.SkewMs} ms");
        // Then leases end before their time, and owners are fenced who may assign.
        if (host == _world.Store.Host)
            _world.Ledger.ExplainsOverlaps = false;
    }

    private void Leave() => _luck.Of([.. _world.Alive<WorkerNode>().Where(w => !w.IsPaused)])?.Drain(_luck.Ms(0, 4_000));

    private void Release() => _luck.Of([.. _world.Alive<RouterNode>().Where(w => !w.IsPaused)])?.Release();

    private void CancelSome()
    {
        for (int i = 1 + _luck.Next(4); i > 0; i--)
            Ask(_luck.Of([.. _world.Ledger.Jobs.Reverse().Take(20)]) is { } job ? new Order { Kind = Order.What.Cancel, Job = job.Key } : null);
    }

    private void RetrySome()
    {
        for (int i = 1 + _luck.Next(6); i > 0; i--)
            Ask(_luck.Of([.. _world.Ledger.Jobs]) is { } job ? new Order { Kind = Order.What.Retry, Job = job.Key } : null);
    }

    private void Change()
    {
        string queue = _luck.Of(_queues)!;
        if (!_luck.OneIn(3))
        {
            Ask(new Order { Kind = Order.What.Queue, Name = queue, Strategy = StrategyCatalog.Ids[_luck.Next(StrategyCatalog.Ids.Count)], Binding = (Binding)_luck.Next(2) });
            return;
        }
        Ask(new Order { Kind = Order.What.Queue, Name = queue, Paused = true });
        _world.After(_luck.Ms(0, 2_000), () => Ask(new Order { Kind = Order.What.Queue, Name = queue, Paused = false }));
    }

    private void Ask(Order? order)
    {
        if (order is not null && _luck.Of([.. _world.Alive<GatewayNode>()]) is { } gateway)
            gateway.Ask(order);
    }
}
