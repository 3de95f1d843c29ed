using ActorBalancer.Dispatch;

namespace ActorBalancer.Intake;

/// <summary>Who waits for the end of which job.</summary>
internal sealed class WatchTable
{
    private const int KeysPerMessage = 4_096;
    private readonly Dictionary<long, List<IJobWatcher>> _watchers = [];
    private readonly List<long> _new = [];

    public bool HasNew => _new.Count > 0;

    public void Add(long key, IJobWatcher watcher)
    {
        if (!_watchers.TryGetValue(key, out List<IJobWatcher>? all))
        {
            _watchers.Add(key, all = new List<IJobWatcher>(1));
            _new.Add(key);
        }
        all.Add(watcher);
    }

    /// <summary>
    /// The job stays known until it ends, since the router tells its end anyway: who asks for the same job again and again
    /// does not make the router remember it each time.
    /// </summary>
    public void Remove(long key, IJobWatcher watcher)
    {
        if (_watchers.TryGetValue(key, out List<IJobWatcher>? all))
            all.Remove(watcher);
    }

    /// <summary>False: nobody waits for it.</summary>
    public bool End(in FinishedJob job, IntakeEffects effects)
    {
        if (!_watchers.Remove(job.Key, out List<IJobWatcher>? all))
            return false;
        foreach (IJobWatcher watcher in all)
            effects.WatchReplies.Add(new(watcher, job));
        return true;
    }

    public void SendNew(int router, ref long lastTicket, IntakeEffects effects)
    {
        Send(_new, router, ref lastTicket, effects);
        _new.Clear();
    }

    /// <summary>To another router, which knows of none. Those that nobody waits for any more are forgotten.</summary>
    public void SendAll(int router, ref long lastTicket, IntakeEffects effects)
    {
        foreach (long key in _watchers.Where(w => w.Value.Count == 0).Select(w => w.Key).ToArray())
            _watchers.Remove(key);
        Send([.. _watchers.Keys], router, ref lastTicket, effects);
        _new.Clear();
    }

    public void Stop(string detail, IntakeEffects effects)
    {
        foreach ((long key, List<IJobWatcher> all) in _watchers)
        {
            foreach (IJobWatcher watcher in all)
                effects.WatchReplies.Add(new(watcher, new FinishedJob { Key = key, Code = RefusalCode.NotReady, Error = detail, Worker = "" }));
        }
        _watchers.Clear();
        _new.Clear();
    }

    private static void Send(List<long> keys, int router, ref long lastTicket, IntakeEffects effects)
    {
        for (int i = 0; i < keys.Count; i += KeysPerMessage)
            effects.Watches.Add(new(router, ++lastTicket, [.. keys.GetRange(i, Math.Min(KeysPerMessage, keys.Count - i))]));
    }
}
