using System.Runtime.InteropServices;
using ActorBalancer.Dispatch;

namespace ActorBalancer.Intake;

/// <summary>Who waits for the end of which job, and which router was asked to tell it.</summary>
internal sealed class WatchTable
{
    private const int KeysPerMessage = 4_096;
    private readonly Dictionary<long, Watched> _watched = [];
    private readonly List<long> _new = [];

    public bool HasNew => _new.Count > 0;

    /// <summary>True: for some job nobody could be asked, so it is tried again.</summary>
    public bool HasStrays { get; private set; }

    public void Add(long key, IJobWatcher watcher)
    {
        if (!_watched.TryGetValue(key, out Watched? watched))
        {
            _watched.Add(key, watched = new Watched());
            _new.Add(key);
        }
        watched.Watchers.Add(watcher);
    }

    /// <summary>
    /// The job stays known until it ends, since the router tells its end anyway: who asks for the same job again and again
    /// does not make the router remember it each time.
    /// </summary>
    public void Remove(long key, IJobWatcher watcher)
    {
        if (_watched.TryGetValue(key, out Watched? watched))
            watched.Watchers.Remove(watcher);
    }

    /// <summary>False: nobody waits for it.</summary>
    public bool End(in FinishedJob job, IntakeEffects effects)
    {
        if (!_watched.Remove(job.Key, out Watched? watched))
            return false;
        foreach (IJobWatcher watcher in watched.Watchers)
            effects.WatchReplies.Add(new(watcher, job));
        return true;
    }

    /// <summary>The router that was asked does not own the job's queue. False: nobody waits for it.</summary>
    public bool Elsewhere(long key)
    {
        if (!_watched.TryGetValue(key, out Watched? watched))
            return false;
        watched.Router = 0;
        HasStrays = true;
        return true;
    }

    public void SendNew(RouterTable routers, ref long lastTicket, IntakeEffects effects)
    {
        Dictionary<int, List<long>> asked = [];
        foreach (long key in _new)
        {
            if (_watched.TryGetValue(key, out Watched? watched))
                Route(key, watched, routers, asked);
        }
        _new.Clear();
        Send(asked, ref lastTicket, effects);
    }

    /// <summary>
    /// Asks the owner of each job, where that is another router than was asked, or the one that may have forgotten. Jobs that nobody waits
    /// for any more are let go.
    /// </summary>
    /// <param name="routers">As they are now.</param>
    /// <param name="again">The router that is asked in any case; 0: none.</param>
    /// <param name="lastTicket">Raised.</param>
    /// <param name="effects">Gets the messages.</param>
    public void SendAgain(RouterTable routers, int again, ref long lastTicket, IntakeEffects effects)
    {
        HasStrays = false;
        Dictionary<int, List<long>> asked = [];
        foreach ((long key, Watched watched) in _watched.ToArray())
        {
            int owner = routers.OfKey(key).Router?.Number ?? 0;
            if (owner == watched.Router && owner != 0 && owner != again)
                continue;
            if (watched.Watchers.Count == 0)
                _watched.Remove(key);
            else
                Route(key, watched, routers, asked);
        }
        _new.Clear();
        Send(asked, ref lastTicket, effects);
    }

    public void Stop(string detail, IntakeEffects effects)
    {
        foreach ((long key, Watched watched) in _watched)
        {
            foreach (IJobWatcher watcher in watched.Watchers)
                effects.WatchReplies.Add(new(watcher, new FinishedJob { Key = key, Code = RefusalCode.NotReady, Error = detail, Worker = "" }));
        }
        _watched.Clear();
        _new.Clear();
        HasStrays = false;
    }

    private void Route(long key, Watched watched, RouterTable routers, Dictionary<int, List<long>> asked)
    {
        watched.Router = routers.OfKey(key).Router?.Number ?? 0;
        if (watched.Router == 0)
            HasStrays = true;
        else
            (CollectionsMarshal.GetValueRefOrAddDefault(asked, watched.Router, out _) ??= []).Add(key);
    }

    private static void Send(Dictionary<int, List<long>> asked, ref long lastTicket, IntakeEffects effects)
    {
        foreach ((int router, List<long> keys) in asked)
        {
            for (int i = 0; i < keys.Count; i += KeysPerMessage)
                effects.Watches.Add(new(router, ++lastTicket, [.. keys.GetRange(i, Math.Min(KeysPerMessage, keys.Count - i))]));
        }
    }

    private sealed class Watched
    {
        public List<IJobWatcher> Watchers { get; } = new(1);

        /// <summary>Who was asked; 0: nobody yet.</summary>
        public int Router { get; set; }
    }
}
