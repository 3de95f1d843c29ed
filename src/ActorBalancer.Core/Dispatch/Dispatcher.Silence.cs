namespace ActorBalancer.Dispatch;

/// <summary>Workers of which nothing is heard, and nothing proves that they are gone: when their jobs go back (rule 8).</summary>
internal sealed partial class Dispatcher
{
    private long _silenceEnds = long.MaxValue;

    /// <summary>
    /// The cluster has given up its node without evidence that the process ended: its jobs go back once the silence has
    /// lasted long enough for the worker to have cancelled them itself.
    /// </summary>
    public void WorkerRemoved(long incarnation)
    {
        if (_fleet.Find(incarnation) is not { } link)
            return;
        WorkerSilent(incarnation);
        link.Removed = true;
        EndSilence(link);
    }

    private void EndSilences()
    {
        if (Now.Micros < _silenceEnds)
            return;
        _silenceEnds = long.MaxValue;
        foreach (WorkerLink link in _fleet.Links.ToArray())
            EndSilence(link);
    }

    private void EndSilence(WorkerLink link)
    {
        if (link is not { Removed: true, State: WorkerState.Silent })
            return;
        long ends = link.LastContactMicros + (long)_options.Router.SilenceRequeue.TotalMicroseconds;
        if (Now.Micros >= ends)
            WorkerGone(link.Incarnation, $"given up by the cluster and silent for {_options.Router.SilenceRequeue.TotalSeconds:0} s", crashed: false);
        else
            _silenceEnds = Math.Min(_silenceEnds, ends);
    }
}
