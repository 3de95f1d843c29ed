using System.Numerics;

namespace ActorBalancer.Strategies;

/// <summary>The members with a weight, side by side, and where each row stands among them.</summary>
internal sealed class HashMembers
{
    private HashMember[] _members = new HashMember[16];
    private int[] _places = [];

    public int Count { get; private set; }

    public ReadOnlySpan<HashMember> All => _members.AsSpan(0, Count);

    public bool Contains(int row) => WeightOf(row) > 0;

    /// <summary>The row's weight as it was last set; 0 for one that is not here.</summary>
    public int WeightOf(int row) => row < _places.Length && _places[row] > 0 ? _members[_places[row] - 1].Weight : 0;

    /// <summary>The draw of a row for a key; of row -1, the draw that any other beats.</summary>
    public Rendezvous Draw(int row, ulong key)
    {
        if (row < 0) return Rendezvous.None;
        var member = _members[_places[row] - 1];
        return new Rendezvous(member, Rendezvous.HashOf(key, member.Id));
    }

    /// <summary>Puts the row in, gives it another weight, or with weight 0 takes it out.</summary>
    public void Set(int row, ulong id, int weight)
    {
        if (row >= _places.Length) Array.Resize(ref _places, (int)BitOperations.RoundUpToPowerOf2((uint)row + 1));
        int place = _places[row] - 1;
        if (place < 0)
        {
            if (weight == 0) return;
            if (Count == _members.Length) Array.Resize(ref _members, Count * 2);
            place = Count++;
            _places[row] = place + 1;
        }
        else if (weight == 0)
        {
            _places[row] = 0;
            Count--;
            if (place == Count) return;
            _members[place] = _members[Count];
            _places[_members[place].Row] = place + 1;
            return;
        }

        _members[place] = new HashMember(row, id, weight);
    }
}
