using CsCheck;

namespace ActorBalancer.Tests.Jobs;

public sealed class JobIdTests
{
    private static readonly Gen<long> Keys = Gen.Select(
        Gen.Int[0, JobKey.MaxQueues - 1],
        Gen.Int[0, JobKey.HighestPriority],
        Gen.Frequency((1, Gen.Long[0, 300]), (1, Gen.Long[0, JobKey.MaxSequence])),
        JobKey.Pack);

    [Fact]
    public void Text_of_any_key_reads_back_to_it() => Keys.Sample(key =>
    {
        string text = new JobId(key).ToString();
        Assert.Matches("^[0-9a-hjkmnp-tv-z]{13}$", text);
        Assert.True(JobId.TryParse(text, out JobId read));
        Assert.Equal(key, read.Key);
        Assert.Equal(new JobId(key), JobId.Parse(text));
    });

    [Fact]
    public void Order_of_ids_of_their_text_and_of_keys_is_the_same() => Gen.Select(Keys, Keys).Sample((a, b) =>
    {
        JobId left = new(a), right = new(b);
        int expected = Math.Sign(a.CompareTo(b));
        Assert.Equal(expected, Math.Sign(left.CompareTo(right)));
        Assert.Equal(expected, Math.Sign(string.CompareOrdinal(left.ToString(), right.ToString())));
        Assert.Equal(expected < 0, left < right);
        Assert.Equal(expected > 0, left > right);
        Assert.Equal(expected <= 0, left <= right);
        Assert.Equal(expected >= 0, left >= right);
        Assert.Equal(expected == 0, left == right);
    });

    [Fact]
    public void First_and_last_key_have_the_known_text()
    {
        Assert.Equal("0000000000000", new JobId(0).ToString());
        Assert.Equal("0000000000010", new JobId(32).ToString());
        Assert.Equal("7zzzzzzzzzzzz", new JobId(long.MaxValue).ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("000000000000")]
    [InlineData("00000000000000")]
    [InlineData("000000000000i")]
    [InlineData("000000000000l")]
    [InlineData("000000000000o")]
    [InlineData("000000000000u")]
    [InlineData("000000000000A")]
    [InlineData("8000000000000")]
    [InlineData("zzzzzzzzzzzzz")]
    [InlineData(" 000000000000")]
    [InlineData("-000000000001")]
    [InlineData("00000000000\u0000\u0000")]
    [InlineData("000000000000\u0660")]
    public void Malformed_id_is_refused(string? text)
    {
        Assert.False(JobId.TryParse(text, out JobId id));
        Assert.Equal(default, id);
        if (text is not null)
            Assert.Throws<FormatException>(() => JobId.Parse(text));
    }
}
