using ActorBalancer.Work;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>
/// Carries messages between hosts: late, and where the schedule says so never, twice, or in another order. Messages between two
/// processes keep their order unless <see cref="Reorders"/>, as those of one connection do.
/// </summary>
internal sealed class Network(World world)
{
    private readonly Dictionary<(Host From, Host To), long> _cutUntil = [];
    private readonly Dictionary<(Process From, Process To), long> _last = [];

    public long Latency { get; set; } = 200;

    /// <summary>Share of the messages between routers and workers that get lost.</summary>
    public double Loss { get; set; }

    public double Doubling { get; set; }

    public double Lateness { get; set; }

    public bool Reorders { get; set; }

    /// <summary>Nothing gets from the one to the other until then.</summary>
    public void Cut(Host from, Host to, long untilMicros)
    {
        ref long until = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_cutUntil, (from, to), out _);
        until = Math.Max(until, untilMicros);
    }

    public void Heal()
    {
        _cutUntil.Clear();
        (Loss, Doubling, Lateness, Reorders) = (0, 0, 0, false);
    }

    public bool IsCut(Host from, Host to) => _cutUntil.Count > 0 && _cutUntil.TryGetValue((from, to), out long until) && until > world.Now;

    /// <summary>To an address: whoever lives there when it arrives.</summary>
    public void SendTo(Process from, Host to, object message)
    {
        if (to.Process is { } process)
            Send(from, process, message);
    }

    /// <summary>To a process: lost with it.</summary>
    public void Send(Process from, Process to, object message)
    {
        bool isLocal = from.Host == to.Host;
        if (!isLocal && IsCut(from.Host, to.Host))
        {
            Log(from, to, message, "is cut off");
            return;
        }
        // The words of a connection that breaks are lost together, see Schedule; these are of links that heal message by message.
        bool heals = message is AssignBatch or WorkerReport or WorkerHello or RouterWelcome;
        if (heals && Loss > 0 && world.Luck.Chance(Loss))
        {
            Log(from, to, message, "is lost");
            return;
        }
        int copies = heals && Doubling > 0 && world.Luck.Chance(Doubling) ? 2 : 1;
        for (int i = 0; i < copies; i++)
        {
            long at = world.Now + Latency + world.Luck.Between(0, Latency);
            if (Lateness > 0 && world.Luck.Chance(Lateness))
                at += world.Luck.Ms(0, world.Luck.OneIn(8) ? 3_000 : 60);
            if (!Reorders || !heals)
            {
                ref long last = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_last, (from, to), out _);
                last = at = Math.Max(at, last);
            }
            world.At(at, to, () =>
            {
                Log(from, to, message, null);
                to.Receive(message, from);
            });
        }
    }

    private void Log(Process from, Process to, object message, string? fate)
    {
        if (world.IsLogged)
            world.Log($"{from} -> {to}: {Words.Of(message)}{(fate is null ? "" : " " + fate)}");
    }
}
