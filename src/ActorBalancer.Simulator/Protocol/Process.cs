namespace ActorBalancer.Simulator.Protocol;

/// <summary>A gateway, router or worker: what is sent to it while it is paused comes when it goes on, and what it was when it died is gone.</summary>
internal abstract class Process(World world, Host host)
{
    // A monotonic clock counts from an arbitrary start.
    private readonly long _start = world.Luck.Ms(0, 1_000_000);

    public World World { get; } = world;

    public Host Host { get; } = host;

    public string Name => Host.Name;

    /// <summary>What its life port answers; larger than that of any earlier process.</summary>
    public long Incarnation { get; } = world.NextIncarnation();

    public bool IsAlive { get; private set; } = true;

    /// <summary>The cluster has let it in.</summary>
    public bool IsMember { get; set; }

    /// <summary>The cluster has removed it while it lived; it ends when it learns of that.</summary>
    public bool IsDowned { get; set; }

    public long PausedUntil { get; private set; }

    public bool IsPaused => PausedUntil > World.Now;

    public Moment Clock => new(World.Now + _start, World.UnixMs + Host.SkewMs);

    public abstract void Start();

    public abstract void Receive(object message, Process from);

    /// <summary>Its own membership tells of another process, or of itself.</summary>
    public abstract void Told(MemberNews news, Process subject);

    public virtual void Die(string why)
    {
        if (!IsAlive)
            return;
        World.Log($"{Name} dies: {why}");
        IsAlive = false;
        World.Membership.Crashed(this);
        World.Supervise(Host);
    }

    /// <summary>What came while it was paused, in the order in which it came.</summary>
    public List<Action> Missed { get; } = [];

    public void Pause(long micros)
    {
        PausedUntil = World.Now + micros;
        World.Log($"{Name} is paused for {micros / Moment.PerMillisecond} ms");
        World.At(PausedUntil, null, WakeUp);
    }

    public void Resume()
    {
        PausedUntil = 0;
        WakeUp();
    }

    private void WakeUp()
    {
        if (IsPaused)
            return;
        foreach (Action act in Missed)
            World.At(World.Now, this, act);
        Missed.Clear();
    }

    protected void Later(long micros, Action act) => World.At(World.Now + micros, this, act);

    /// <summary>At a time of its own monotonic clock.</summary>
    protected void AtOwn(long micros, Action act) => World.At(micros - _start, this, act);

    protected void Log(string what)
    {
        if (World.IsLogged)
            World.Log($"{Name}: {what}");
    }

    public override string ToString() => $"{Name}#{Incarnation}";
}
