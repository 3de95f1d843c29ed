namespace ActorBalancer.Work;

/// <summary>What the worker's shell is to do after an event. The shell carries all of it out in order and clears it.</summary>
internal sealed class WorkerEffects
{
    public List<(int Route, WorkerHello Hello)> Hellos { get; } = [];

    public List<(int Route, WorkerReport Report)> Reports { get; } = [];

    /// <summary>Slots that were free and have a job now.</summary>
    public List<StartedRun> Starts { get; } = [];

    public List<(int Slot, CancelReason Reason)> Cancels { get; } = [];

    /// <summary>Call <see cref="WorkerCore.Tick"/> at this monotonic microsecond, instead of at a later one; 0: no change.</summary>
    public long WakeAt { get; set; }

    /// <summary>The drain is complete: nothing runs, and the routers have all outcomes or time is up. Said once.</summary>
    public bool Drained { get; set; }

    /// <summary>No router was there for too long; an executable of our own ends for its supervisor. Said once.</summary>
    public bool NoRouter { get; set; }

    /// <summary>Half the slots are lost to handlers that will not end; the worker drains and wants a new process. Said once.</summary>
    public bool RestartWanted { get; set; }

    public bool IsEmpty =>
        Hellos.Count == 0 && Reports.Count == 0 && Starts.Count == 0 && Cancels.Count == 0 && WakeAt == 0
        && !Drained && !NoRouter && !RestartWanted;

    public void Clear()
    {
        Hellos.Clear();
        Reports.Clear();
        Starts.Clear();
        Cancels.Clear();
        WakeAt = 0;
        Drained = NoRouter = RestartWanted = false;
    }
}
