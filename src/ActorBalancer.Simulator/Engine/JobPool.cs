namespace ActorBalancer.Simulator.Engine;

/// <summary>The jobs that are in the system, by slot; a slot is used again once its job has ended, so memory is that of the most jobs at a time.</summary>
internal sealed class JobPool
{
    private Entry[] _entries = new Entry[256];
    private int _used;
    private int _free = -1;

    public ref Entry this[int slot] => ref _entries[slot];

    public int Add()
    {
        int slot = _free;
        if (slot >= 0)
        {
            _free = _entries[slot].Next;
            return slot;
        }
        if (_used == _entries.Length) Array.Resize(ref _entries, _used * 2);
        return _used++;
    }

    public void Remove(int slot)
    {
        _entries[slot].Next = _free;
        _free = slot;
    }

    public struct Entry
    {
        public double At;
        public double Service;
        public double Started;
        public ulong Source;

        /// <summary>In order of arrival.</summary>
        public long Number;

        public int Worker;
        public int Router;
        public int Next;

        /// <summary>It belongs to the figures.</summary>
        public bool Counted;
    }
}
