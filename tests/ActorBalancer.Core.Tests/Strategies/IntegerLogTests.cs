using ActorBalancer.Strategies;
using CsCheck;

namespace ActorBalancer.Core.Tests.Strategies;

public class IntegerLogTests
{
    /// <summary>-ln(1 - x/2^64) x 2^58, worked out with sixty digits by another program, rounded.</summary>
    [Theory]
    [InlineData(0UL, 0UL)]
    [InlineData(1UL, 0UL)]
    [InlineData(4294967296UL, 67108864UL)]
    [InlineData(18014398509481984UL, 281612505208201UL)]
    [InlineData(1152921504606846976UL, 18601962223757338UL)]
    [InlineData(4611686018427387904UL, 82918711954880808UL)]
    [InlineData(9223372036854775808UL, 199786072581291495UL)]
    [InlineData(13835058055282163712UL, 399572145162582989UL)]
    [InlineData(11400714819323198485UL, 277399730691162419UL)]
    [InlineData(18446742974197923840UL, 4794865741950995872UL)]
    [InlineData(18446744073709551615UL, 12786308645202655660UL)]
    public void Values_are_those_of_the_logarithm(ulong x, ulong expected)
    {
        ulong actual = IntegerLog.NegLogOneMinus(x);
        Assert.True(Math.Max(actual, expected) - Math.Min(actual, expected) <= 64, $"{actual} for {expected}");
    }

    [Fact]
    public void It_is_never_below_its_argument_and_agrees_with_the_librarys() =>
        Gen.ULong.Sample(x =>
        {
            ulong log = IntegerLog.NegLogOneMinus(x);
            Assert.True(log >= x >> 6);
            double exact = -Math.Log((0 - x) / Math.Pow(2, 64));
            if (x != 0) Assert.Equal(exact, log / Math.Pow(2, 58), 12);
        });
}
