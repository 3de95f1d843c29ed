using ActorBalancer.Hosting;

namespace ActorBalancer.Cluster.Tests.Configuration;

public class ValueTextTests
{
    [Theory]
    [InlineData("1s", 10_000_000)]
    [InlineData("1 s", 10_000_000)]
    [InlineData("1.5s", 15_000_000)]
    [InlineData("100ns", 1)]
    [InlineData("1us", 10)]
    [InlineData("1ms", 10_000)]
    [InlineData("2m", 1_200_000_000)]
    [InlineData("1h", 36_000_000_000)]
    [InlineData("1d", 864_000_000_000)]
    [InlineData("-1s", -10_000_000)]
    public void Duration_is_read_with_its_unit(string text, long ticks)
    {
        Assert.True(ValueText.TryDuration(text, out TimeSpan value));
        Assert.Equal(ticks, value.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("30 parsecs")]
    [InlineData("30 S")]
    [InlineData("1e3s")]
    [InlineData("1,5s")]
    [InlineData("0x1s")]
    [InlineData("1s 2s")]
    [InlineData("infinite")]
    [InlineData("99999999999999999999d")]
    [InlineData("100000000000000d")]
    public void Duration_without_a_known_unit_or_number_is_not_read(string text) => Assert.False(ValueText.TryDuration(text, out _));

    [Theory]
    [InlineData("7", 7)]
    [InlineData("7 B", 7)]
    [InlineData("7kB", 7_000)]
    [InlineData("7 KiB", 7_168)]
    [InlineData("7 MB", 7_000_000)]
    [InlineData("7MiB", 7_340_032)]
    [InlineData("1 GB", 1_000_000_000)]
    [InlineData("1GiB", 1_073_741_824)]
    public void Size_is_read_with_its_unit(string text, long bytes)
    {
        Assert.True(ValueText.TrySize(text, out long value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("KiB")]
    [InlineData("-1 B")]
    [InlineData("1.5 MiB")]
    [InlineData("1 K")]
    [InlineData("1 KB")]
    [InlineData("1 m")]
    [InlineData("9999999999999 GiB")]
    public void Size_that_could_be_mistaken_is_not_read(string text) => Assert.False(ValueText.TrySize(text, out _));

    [Theory]
    [InlineData("slotz", "slots")]
    [InlineData("prot", "port")]
    [InlineData("max_waiting", "max-waiting")]
    [InlineData("SLOTS", "slots")]
    [InlineData("colour", null)]
    public void Closest_word_is_one_that_somebody_may_have_meant(string word, string? meant) =>
        Assert.Equal(meant, Spelling.Closest(word, ["slots", "port", "max-waiting", "weight"]));
}
