using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>Seeded dice in the words that a schedule needs.</summary>
internal sealed class Luck(ulong seed)
{
    private Dice _dice = new(seed);

    /// <summary>A number from 0 to below the bound.</summary>
    public int Next(int bound) => (int)_dice.Below((ulong)bound);

    public long Between(long from, long to) => from + (long)_dice.Below((ulong)(to - from + 1));

    /// <summary>A time in microseconds.</summary>
    public long Ms(long from, long to) => Between(from * Moment.PerMillisecond, to * Moment.PerMillisecond);

    public bool OneIn(int n) => _dice.Below((ulong)n) == 0;

    public bool Chance(double p) => (_dice.Next() >> 11) * (1.0 / (1UL << 53)) < p;

    public ulong Seed() => _dice.Next();

    public T? Of<T>(IReadOnlyList<T> all) where T : class => all.Count == 0 ? null : all[Next(all.Count)];
}
