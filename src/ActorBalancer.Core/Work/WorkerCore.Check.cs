namespace ActorBalancer.Work;

/// <content>What tests and the simulator look at after every step.</content>
internal sealed partial class WorkerCore
{
    /// <summary>The first counter that differs from a recount; null: none does.</summary>
    public string? Inconsistency()
    {
        int free = 0, abandoned = 0, adopted = 0;
        Dictionary<WorkerLink, int> held = [];
        foreach (ref readonly Slot slot in _slots.AsSpan())
        {
            free += slot.State == SlotState.Free ? 1 : 0;
            abandoned += slot.State == SlotState.Abandoned ? 1 : 0;
            if (slot.State == SlotState.Running)
                held[slot.Link] = held.GetValueOrDefault(slot.Link) + 1;
        }
        for (int i = 0; i < _waiting.Count; i++)
            held[_waiting[i].Link] = held.GetValueOrDefault(_waiting[i].Link) + 1;
        foreach ((WorkerLink link, int count) in held)
        {
            adopted += link.Superseded ? count : 0;
            if (link.Held != count)
                return $"link {link.Incarnation}: {link.Held} jobs by the counters, {count} by a recount";
        }
        if ((free, abandoned, adopted) != (_freeCount, _abandoned, _adopted))
            return $"free, abandoned, adopted: {(_freeCount, _abandoned, _adopted)} by the counters, {(free, abandoned, adopted)} by a recount";
        return _freeCount > 0 && _waiting.Count > 0 ? "a job waits beside a free slot" : null;
    }

    /// <summary>The newest batch that it took from that incarnation; 0: none, or it has no link to it.</summary>
    public long BatchSeen(long routerIncarnation) => _routes.Find(way => way.Link?.Incarnation == routerIncarnation)?.Link!.BatchSeen ?? 0;

    /// <summary>The runs whose outcomes it keeps, since no router has said that they are stored.</summary>
    public void ListKept(ICollection<RunToken> kept)
    {
        foreach (RouterRoute way in _routes)
        {
            for (int i = 0; way.Link is { } link && i < link.Outcomes.Count; i++)
            {
                if (link.Outcomes.Held(i).Token.Incarnation != 0)
                    kept.Add(link.Outcomes.Held(i).Token);
            }
        }
    }
}
