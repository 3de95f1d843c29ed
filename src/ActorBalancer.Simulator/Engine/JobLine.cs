namespace ActorBalancer.Simulator.Engine;

/// <summary>Jobs that wait, first come first served, linked through the <see cref="JobPool"/>. A mutable struct: keep it in an array.</summary>
internal struct JobLine
{
    private int _head;
    private int _tail;

    public int Count { get; private set; }

    /// <summary>The job that has waited longest, where there is one.</summary>
    public readonly int First => _head;

    public void Add(JobPool pool, int job)
    {
        if (Count++ == 0) _head = job;
        else pool[_tail].Next = job;
        _tail = job;
    }

    public int Take(JobPool pool)
    {
        int job = _head;
        _head = pool[job].Next;
        Count--;
        return job;
    }
}
