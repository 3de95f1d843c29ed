using ActorBalancer.Options;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>
/// Virtual time and all that lives in it: gateways, routers and workers, which drive the production machines, joined by a network, a
/// membership and a store that can all fail. One thread; everything follows from the seed.
/// </summary>
internal sealed class World
{
    private readonly PriorityQueue<(Action Act, Process? On), (long At, long Order)> _events = new();
    private readonly Action<string>? _log;
    private long _order;
    private long _incarnations = 1_000;

    public World(BalancerOptions options, Dispatch.DispatchLimits limits, ulong seed, Seams seams, Action<string>? log)
    {
        Options = options;
        Limits = limits;
        Seams = seams;
        _log = log;
        Luck = new Luck(seed);
        Ledger = new Ledger(this);
        Network = new Network(this);
        Membership = new Membership(this);
        Store = new StoreServer(this);
    }

    public BalancerOptions Options { get; }

    public Dispatch.DispatchLimits Limits { get; }

    public Seams Seams { get; }

    public Luck Luck { get; }

    public Ledger Ledger { get; }

    public Network Network { get; }

    public Membership Membership { get; }

    public StoreServer Store { get; }

    public List<Host> Hosts { get; } = [];

    /// <summary>Virtual microseconds since the start.</summary>
    public long Now { get; private set; } = 1;

    /// <summary>The true wall clock; hosts may believe in another.</summary>
    public long UnixMs => 1_793_606_400_000 + (Now / Moment.PerMillisecond);

    public long Steps { get; private set; }

    /// <summary>Faults have stopped; nothing may go wrong by itself any more.</summary>
    public bool IsHealed { get; set; }

    /// <summary>Starts a process on a host: anew, or for the first time.</summary>
    public required Func<Host, Process> Make { get; init; }

    public bool IsLogged => _log is not null;

    public IEnumerable<T> Alive<T>() where T : Process => Hosts.Select(h => h.Process).OfType<T>().Where(p => p.IsAlive);

    public long NextIncarnation() => ++_incarnations;

    public void At(long micros, Process? on, Action act) => _events.Enqueue((act, on), (Math.Max(micros, Now), _order++));

    public void After(long micros, Action act) => At(Now + micros, null, act);

    public void Log(string what) => _log?.Invoke(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Now / 1e6,11:0.000000} {what}"));

    public Host Add(string name)
    {
        var host = new Host(name);
        Hosts.Add(host);
        Boot(host);
        return host;
    }

    /// <summary>The host's process has ended: its supervisor starts another one.</summary>
    public void Supervise(Host host) => After(IsHealed ? Moment.PerSecond : Luck.OneIn(2) ? Luck.Ms(50, 1_000) : Luck.Ms(1_000, 9_000), () => Boot(host));

    private void Boot(Host host)
    {
        host.Process = Make(host);
        Log($"{host.Process} starts");
        host.Process.Start();
    }

    /// <summary>Runs until the time, or until the condition holds; false: the time came first.</summary>
    public bool Run(long untilMicros, Func<bool>? until = null)
    {
        while (_events.TryPeek(out (Action Act, Process? On) next, out (long At, long Order) when) && when.At <= untilMicros)
        {
            _events.Dequeue();
            Now = Math.Max(Now, when.At);
            if (next.On is { } process)
            {
                if (!process.IsAlive)
                    continue;
                if (process.IsPaused)
                {
                    process.Missed.Add(next.Act);
                    continue;
                }
            }
            Steps++;
            next.Act();
            if (until?.Invoke() == true)
                return true;
        }
        Now = Math.Max(Now, untilMicros);
        return until?.Invoke() ?? true;
    }
}
