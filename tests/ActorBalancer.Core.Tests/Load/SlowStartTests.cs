using ActorBalancer.Load;
using CsCheck;

namespace ActorBalancer.Core.Tests.Load;

public sealed class SlowStartTests
{
    [Theory]
    [InlineData(0, 400)]
    [InlineData(1, 400)]
    [InlineData(3, 400)]
    [InlineData(6, 800)]
    [InlineData(15, 2_000)]
    [InlineData(29, 3_866)]
    [InlineData(30, 4_000)]
    [InlineData(1_000, 4_000)]
    public void Weight_grows_linearly_from_a_tenth_over_thirty_seconds(int seconds, int expected) =>
        Assert.Equal(expected, new SlowStart(TimeSpan.FromSeconds(30), 0.1).Apply(4_000, seconds * Moment.PerSecond));

    [Fact]
    public void Without_a_window_a_worker_starts_with_its_full_weight() =>
        Assert.Equal(4_000, new SlowStart(TimeSpan.Zero, 0.1).Apply(4_000, 0));

    [Fact]
    public void A_weight_never_shrinks_with_time_never_exceeds_the_configured_and_is_zero_only_if_that_is() =>
        Gen.Select(Gen.Int[0, 1_000_000_000], Gen.Long[1, 3_600_000_000], Gen.Double[0.001, 1], Gen.Long[0, 4_000_000_000])
            .Sample((weight, window, from, elapsed) =>
            {
                SlowStart slowStart = new(TimeSpan.FromMicroseconds(window), from);
                int now = slowStart.Apply(weight, elapsed);
                int later = slowStart.Apply(weight, elapsed + 1_000_000);
                return now <= later && later <= weight && (now == 0) == (weight == 0) && slowStart.Apply(weight, window) == weight;
            });
}
