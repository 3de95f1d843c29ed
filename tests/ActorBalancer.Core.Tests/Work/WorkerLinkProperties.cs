using CsCheck;

namespace ActorBalancer.Core.Tests.Work;

public sealed class WorkerLinkProperties
{
    // Named, so that a failing case prints what repeats it.
    private sealed record Case(uint Seed, int Slots, int Jobs, int LongestMicros, int LossPercent, int DoublePercent, int LatePercent);

    private static readonly Gen<Case> Cases = Gen.Select(
        Gen.UInt, Gen.Int[1, 8], Gen.Int[1, 400], Gen.Int[1, 30_000], Gen.Int[0, 40], Gen.Int[0, 40], Gen.Int[0, 40],
        (seed, slots, jobs, longest, loss, doubled, late) => new Case(seed, slots, jobs, longest, loss, doubled, late));

    [Fact]
    public void Nothing_is_lost_or_started_twice_on_a_link_that_loses_doubles_and_reorders() => Cases.Sample(c =>
    {
        Dice dice = new(c.Seed);
        long[] durations = [.. Enumerable.Range(0, c.Jobs).Select(_ => 1L + dice.Below(c.LongestMicros))];
        LinkWorld world = new(c.Slots, c.Jobs, job => durations[job])
        {
            BatchJobs = 1 + dice.Below(16),
            Fate = () =>
            {
                if (dice.Below(100) < c.LossPercent)
                    return [];
                long late = dice.Below(100) < c.LatePercent ? dice.Below(5000) : 0;
                return dice.Below(100) < c.DoublePercent ? [late, dice.Below(20_000)] : [late];
            },
        };
        world.RunTo(3_600 * 1_000_000L, untilSettled: true);
        Assert.Equal(c.Jobs, world.Settled);
        Assert.All(world.Starts, starts => Assert.InRange(starts, 0, 1));
        // What never started was handed back, and only what started can have succeeded.
        for (int i = 0; i < c.Jobs; i++)
            Assert.True(world.Outcomes[i] == AttemptOutcome.Released || world.Starts[i] == 1, $"job {i}: {world.Outcomes[i]}, {world.Starts[i]} starts");
        Assert.True(world.Sent <= world.Credit);
    }, iter: 300);

    [Fact]
    public void Router_that_restarts_again_and_again_runs_nothing_twice_and_loses_nothing() => Cases.Sample(c =>
    {
        Dice dice = new(c.Seed);
        long[] durations = [.. Enumerable.Range(0, c.Jobs).Select(_ => 1L + dice.Below(c.LongestMicros))];
        LinkWorld world = new(c.Slots, c.Jobs, job => durations[job])
        {
            BatchJobs = 1 + dice.Below(16),
            Fate = () => dice.Below(100) < c.LossPercent / 4 ? [] : [dice.Below(100) < c.LatePercent ? dice.Below(5000) : 0],
        };
        for (int i = 1 + dice.Below(5); i > 0; i--)
            world.RestartRouterAt(dice.Below(1_000_000));
        world.RunTo(600 * 1_000_000L, untilSettled: true);
        Assert.Equal(c.Jobs, world.Settled);
        Assert.All(world.Starts, starts => Assert.InRange(starts, 0, 1));
    }, iter: 300);

    /// <summary>SplitMix64: the same numbers from the same seed on any machine.</summary>
    private sealed class Dice(ulong seed)
    {
        private ulong _state = seed;

        public int Below(int bound)
        {
            ulong z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return (int)((z ^ (z >> 31)) % (ulong)bound);
        }
    }
}
