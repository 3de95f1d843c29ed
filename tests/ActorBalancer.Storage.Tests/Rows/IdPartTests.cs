using ActorBalancer.Storage.Rows;
using CsCheck;

namespace ActorBalancer.Storage.Tests.Rows;

public sealed class IdPartTests
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    [Fact]
    public void Part_is_found_in_exactly_the_ids_whose_text_holds_it() => Gen.Select(
        Gen.OneOf(Gen.Long[0, long.MaxValue], Gen.Select(Gen.Int[0, 3], Gen.Int[0, 9], Gen.Long[0, 5000], JobKey.Pack)),
        Gen.OneOf(Gen.Char[Alphabet].Array[1, 13], Gen.Char["0012"].Array[1, 13]),
        Gen.Int[0, 12],
        Gen.Int[1, 13]).Sample((key, random, start, length) =>
    {
        string id = new JobId(key).ToString();
        foreach (string part in new[] { new string(random), id[start..Math.Min(13, start + length)], id[start..].ToUpperInvariant() })
        {
            bool found = IdPart.Of(part).Exists(look => ((key >> look.Shift) & look.Mask) == look.Value);
            Assert.True(found == id.Contains(part, StringComparison.OrdinalIgnoreCase), $"{part} in {id}: {found}");
        }
    }, iter: 20_000);

    [Theory]
    [InlineData("")]
    [InlineData("i")]
    [InlineData("0123456789abcd")]
    [InlineData("z000000000000")]
    [InlineData("a b")]
    public void Text_that_no_id_holds_has_no_place(string text) => Assert.Empty(IdPart.Of(text));
}
