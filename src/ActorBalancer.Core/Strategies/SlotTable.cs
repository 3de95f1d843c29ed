namespace ActorBalancer.Strategies;

/// <summary>
/// The first two choices of every slot of <see cref="SourceHashStrategy"/>, remembered. A slot is worked out when it is first
/// asked for and again when one of its two changed; any other change of the fleet is caught up with by one comparison.
/// So a change costs O(1) and an asked slot O(1), and the table depends on who is a member, never on the order of joining.
/// </summary>
/// <remarks>
/// Every queue may have its own table, so it grows with the slots that were asked for: open addressing with linear probing,
/// 16 to 32 bytes a slot, until a plain array of all slots (8 MiB) is hardly larger.
/// </remarks>
internal sealed class SlotTable
{
    private const int RowBits = 24;
    private const int Remembered = 64;
    private const int SweepEvery = 1 << 15;
    private const int SmallestRoom = 64;
    private const int LargestHashed = SourceHashStrategy.SlotCount / 2;

    private readonly int[] _changed = new int[Remembered];
    private int _version;
    private ulong[] _entries = new ulong[SmallestRoom];
    private int[] _slots = new int[SmallestRoom];
    private int _used;

    /// <summary>The row joined, left or changed its weight.</summary>
    public void Changed(int row)
    {
        _version++;
        _changed[_version % Remembered] = row;
        // An entry keeps 16 bits of the version; none may live long enough to look new again.
        if (_version % SweepEvery == 0) Sweep();
    }

    /// <summary>The slot's first and second choice among all members with a weight; the second is -1 when there is one only.</summary>
    public (int First, int Second) Get(int slot, HashMembers members)
    {
        ref ulong entry = ref EntryOf(slot);
        int age = AgeOf(entry);
        if (entry << 16 != 0 && age == 0) return Rows(entry);
        var rows = entry << 16 != 0 && age <= Remembered ? CatchUp(Rows(entry), age, slot, members) : WorkOut(slot, members);
        entry = ((ulong)(ushort)_version << (2 * RowBits)) | ((ulong)(uint)(rows.Second + 1) << RowBits) | (uint)(rows.First + 1);
        return rows;
    }

    private int AgeOf(ulong entry) => (ushort)(_version - (int)(entry >> (2 * RowBits)));

    /// <summary>The slot's entry, 0 when it is new. Slots are cut from a mixed hash, so their low bits are as good as any hash of them.</summary>
    private ref ulong EntryOf(int slot)
    {
        int[] slots = _slots;
        if (slots.Length == 0) return ref _entries[slot];
        int mask = slots.Length - 1;
        int at = slot & mask;
        for (; slots[at] != slot + 1; at = (at + 1) & mask)
        {
            if (slots[at] != 0) continue;
            if (_used >= slots.Length / 4 * 3)
            {
                Grow();
                return ref EntryOf(slot);
            }

            _used++;
            slots[at] = slot + 1;
            break;
        }

        return ref _entries[at];
    }

    private void Sweep()
    {
        Array.Clear(_entries);
        Array.Clear(_slots);
        _used = 0;
    }

    private void Grow()
    {
        var (slots, entries) = (_slots, _entries);
        Resize(slots.Length * 2);
        for (int at = 0; at < slots.Length; at++)
            if (slots[at] != 0) EntryOf(slots[at] - 1) = entries[at];
    }

    private void Resize(int room)
    {
        bool hashed = room <= LargestHashed;
        _entries = new ulong[hashed ? room : SourceHashStrategy.SlotCount];
        _slots = hashed ? new int[room] : [];
        _used = 0;
    }

    private static (int First, int Second) Rows(ulong entry)
    {
        const int mask = (1 << RowBits) - 1;
        return ((int)(entry & mask) - 1, (int)((entry >> RowBits) & mask) - 1);
    }

    private (int First, int Second) CatchUp((int First, int Second) rows, int age, int slot, HashMembers members)
    {
        for (int i = 0; i < age; i++)
        {
            int row = _changed[(_version - i) % Remembered];
            if (row == rows.First || row == rows.Second) return WorkOut(slot, members);
        }

        ulong key = SourceHashStrategy.KeyOf(slot);
        var first = members.Draw(rows.First, key);
        var second = members.Draw(rows.Second, key);
        for (int i = 0; i < age; i++)
        {
            int row = _changed[(_version - i) % Remembered];
            if (members.Contains(row) && row != first.Row && row != second.Row) Enter(ref first, ref second, members.Draw(row, key));
        }

        return (first.Row, second.Row);
    }

    private static (int First, int Second) WorkOut(int slot, HashMembers members)
    {
        ulong key = SourceHashStrategy.KeyOf(slot);
        var first = Rendezvous.None;
        var second = Rendezvous.None;
        foreach (var member in members.All)
        {
            ulong hash = Rendezvous.HashOf(key, member.Id);
            if (second.IsBeatenBy(member, hash)) Enter(ref first, ref second, new Rendezvous(member, hash));
        }

        return (first.Row, second.Row);
    }

    private static void Enter(ref Rendezvous first, ref Rendezvous second, Rendezvous draw)
    {
        if (first.IsBeatenBy(draw)) (first, second) = (draw, first);
        else if (second.IsBeatenBy(draw)) second = draw;
    }
}
