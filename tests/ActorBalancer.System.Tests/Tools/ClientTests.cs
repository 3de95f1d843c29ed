using ActorBalancer.Client;

namespace ActorBalancer.SystemTests.Tools;

public sealed class ClientTests
{
    [Fact]
    public void Client_sees_nothing_but_core_and_the_framework()
    {
        IEnumerable<string> foreign = typeof(BalancerClient).Assembly.GetReferencedAssemblies().Select(a => a.Name!)
            .Where(n => !n.StartsWith("System.", StringComparison.Ordinal) && n != "ActorBalancer.Core");
        Assert.Empty(foreign);
    }

    [Theory]
    [InlineData("a\nb\nc", new[] { 3 })]
    [InlineData("a\nb\n", new[] { 2 })]
    [InlineData("\n\nb", new[] { 3 })]
    [InlineData("", new int[0])]
    public async Task Lines_are_cut_at_their_ends(string text, int[] batches) =>
        Assert.Equal(batches, await CutAsync(text, text.Length + 1));

    [Fact]
    public async Task Batch_has_a_thousand_lines_and_few_megabytes_however_the_text_arrives()
    {
        Assert.Equal([1000, 1000, 500], await CutAsync(string.Concat(Enumerable.Repeat("{}\r\n", 2500)), 7));
        string large = new('x', 1 << 20);
        IReadOnlyList<int> cut = await CutAsync(string.Concat(Enumerable.Repeat(large + "\n", 10)), 1 << 16);
        Assert.Equal(10, cut.Sum());
        Assert.All(cut, lines => Assert.InRange(lines, 1, 4));
    }

    /// <summary>The number of lines of each batch, whose texts together are found to be the whole.</summary>
    private static async Task<IReadOnlyList<int>> CutAsync(string text, int piece)
    {
        using MemoryStream whole = new(System.Text.Encoding.UTF8.GetBytes(text));
        using PiecewiseStream stream = new(whole, piece);
        List<int> batches = [];
        string together = "";
        await foreach ((int lines, ReadOnlyMemory<byte> bytes) in LineBatches.ReadAsync(stream, CancellationToken.None))
        {
            batches.Add(lines);
            together += System.Text.Encoding.UTF8.GetString(bytes.Span);
        }
        Assert.Equal(text, together);
        return batches;
    }
}
