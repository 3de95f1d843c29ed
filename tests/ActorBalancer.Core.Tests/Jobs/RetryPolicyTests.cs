using ActorBalancer.Options;
using CsCheck;

namespace ActorBalancer.Tests.Jobs;

public sealed class RetryPolicyTests
{
    private const double Middle = 0.5;
    private static readonly RetryPolicy Default = new(Attempts: 10, FirstMs: 1_000, CapMs: 3_600_000, Jitter: 0.2);

    [Theory]
    [InlineData(1, 1_000)]
    [InlineData(2, 2_000)]
    [InlineData(3, 4_000)]
    [InlineData(10, 512_000)]
    [InlineData(12, 2_048_000)]
    [InlineData(13, 3_600_000)]
    [InlineData(64, 3_600_000)]
    [InlineData(1_000, 3_600_000)]
    [InlineData(int.MaxValue, 3_600_000)]
    public void Wait_doubles_with_each_failure_up_to_the_cap(int failures, long expected) =>
        Assert.Equal(expected, Default.DelayMs(failures, Middle));

    [Theory]
    [InlineData(1, 0, 800)]
    [InlineData(1, 0.25, 900)]
    [InlineData(1, 0.75, 1_100)]
    [InlineData(4, 0, 6_400)]
    [InlineData(1_000, 0, 2_880_000)]
    [InlineData(1_000, 0.75, 3_960_000)]
    public void Jitter_spreads_the_wait_by_a_fifth_up_or_down(int failures, double dice, long expected) =>
        Assert.Equal(expected, Default.DelayMs(failures, dice));

    [Fact]
    public void Any_policy_waits_between_a_millisecond_and_the_spread_cap() => Gen.Select(
        Gen.Long[1, 604_800_000], Gen.Long[1, 604_800_000], Gen.Double[0, 1], Gen.Int[1, 2_000], Gen.Double[0, 1])
        .Sample((first, cap, jitter, failures, dice) =>
        {
            long wait = new RetryPolicy(10, first, cap, jitter).DelayMs(failures, dice);
            Assert.InRange(wait, 1, (long)Math.Round(cap * (1 + jitter)));
        });

    [Fact]
    public void Without_jitter_the_dice_change_nothing() =>
        Assert.Equal([4_000L, 4_000L], new[] { 0, 0.999 }.Select(dice => (Default with { Jitter = 0 }).DelayMs(3, dice)));

    [Theory]
    [InlineData(9, 0, false)]
    [InlineData(10, 0, true)]
    [InlineData(11, 0, true)]
    [InlineData(0, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(10, 1_000, false)]
    [InlineData(1_000, 1_000, true)]
    public void Attempts_are_the_jobs_own_or_else_the_queues(int used, int allowed, bool spent) =>
        Assert.Equal(spent, Default.IsSpent(used, allowed));

    [Fact]
    public void Options_of_a_queue_make_its_policy()
    {
        QueueOptions queue = new()
        {
            Strategy = "random",
            Binding = null,
            Weights = null,
            Order = default,
            Choices = 1,
            LoadFactor = 1.25,
            Attempts = 10,
            Backoff = new BackoffOptions { First = TimeSpan.FromSeconds(1), Cap = TimeSpan.FromHours(1), Jitter = 0.2 },
            TimeLimit = TimeSpan.FromMinutes(30),
        };
        Assert.Equal(Default, RetryPolicy.Of(queue));
    }
}
