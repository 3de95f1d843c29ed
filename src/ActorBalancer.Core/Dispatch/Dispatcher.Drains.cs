namespace ActorBalancer.Dispatch;

/// <summary>Workers that get no more jobs: an operator says so, the worker itself, or the cluster that its node leaves in good order.</summary>
internal sealed partial class Dispatcher
{
    /// <summary>An operator drains the worker, or ends that; saying so again changes nothing. Its incarnation; 0: there is no such worker.</summary>
    public long DrainOrdered(string worker, bool drain)
    {
        if (_fleet.FindByName(worker) is not { } link)
            return 0;
        if (link.DrainOrdered == drain)
            return link.Incarnation;
        link.DrainOrdered = drain;
        link.StateDue = true;
        Drained(link);
        if (link.TakesJobs)
            Effects.Notices.Add(new DispatchNotice(NoticeKind.WorkerUndrained, link.Name, link.InFlight));
        return link.Incarnation;
    }

    /// <summary>The cluster says that the worker's node is leaving in good order.</summary>
    public void WorkerLeaving(long incarnation)
    {
        if (_fleet.Find(incarnation) is not { Leaving: false } link)
            return;
        link.Leaving = true;
        Drained(link);
    }

    private void DrainStated(WorkerLink link, bool draining)
    {
        if (link.Draining == draining)
            return;
        link.Draining = draining;
        Drained(link);
    }

    private void Drained(WorkerLink link)
    {
        if (link.Draining || link.DrainOrdered || link.Leaving)
        {
            Effects.Notices.Add(new DispatchNotice(NoticeKind.WorkerDraining, link.Name, link.InFlight));
            Unline(link);
        }
        _fleet.Changed(link.Row);
    }
}
