using ActorBalancer.Options;

namespace ActorBalancer.Core.Tests.Options;

public class OptionTextTests
{
    [Theory]
    [InlineData(0L, "0s")]
    [InlineData(1L, "100ns")]
    [InlineData(10L, "1us")]
    [InlineData(15_000_000L, "1500ms")]
    [InlineData(18_000_000_000L, "30m")]
    [InlineData(864_000_000_000L, "1d")]
    [InlineData(-10_000_000L, "-1s")]
    public void Duration_has_the_largest_unit_that_needs_no_fraction(long ticks, string text) =>
        Assert.Equal(text, OptionText.Of(TimeSpan.FromTicks(ticks)));

    [Theory]
    [InlineData(0L, "0 B")]
    [InlineData(1000L, "1000 B")]
    [InlineData(1024L, "1 KiB")]
    [InlineData(262_144L, "256 KiB")]
    [InlineData(1L << 40, "1024 GiB")]
    public void Size_has_the_largest_unit_that_needs_no_fraction(long bytes, string text) =>
        Assert.Equal(text, OptionText.OfBytes(bytes));
}
