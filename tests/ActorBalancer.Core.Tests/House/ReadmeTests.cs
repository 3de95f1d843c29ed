using System.Text.RegularExpressions;

namespace ActorBalancer.Core.Tests.House;

/// <summary>What the readmes show is what is there.</summary>
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("EmbeddingSample.cs")]
    [InlineData("GuestSample.cs")]
    [InlineData("TransactionSample.cs")]
    [InlineData("WebSample.cs")]
    public void Readme_shows_the_samples_as_the_tests_run_them(string file)
    {
        string[] readme = [.. File.ReadLines(Path.Combine(Checkout.Root, "README.md")).Select(line => line.Trim()).Where(line => line.Length > 0)];
        string sample = File.ReadAllText(Path.Combine(Checkout.Root, "tests", "ActorBalancer.System.Tests", "Samples", file));
        string[] lines = [.. Sample().Match(sample).Groups["lines"].Value.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        Assert.NotEmpty(lines);
        Assert.Contains(
            Enumerable.Range(0, readme.Length),
            at => at + lines.Length <= readme.Length && readme.AsSpan(at, lines.Length).SequenceEqual(lines));
    }

    [Fact]
    public void Links_in_the_readmes_lead_somewhere()
    {
        var broken = new List<string>();
        foreach (string readme in Directory.EnumerateFiles(Checkout.Root, "*.md", SearchOption.AllDirectories))
        {
            string folder = Path.GetDirectoryName(readme)!;
            foreach (Match link in Link().Matches(File.ReadAllText(readme)))
            {
                string target = link.Groups["target"].Value.Split('#')[0];
                if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal))
                    continue;
                string path = Path.Combine(folder, target);
                if (!File.Exists(path) && !Directory.Exists(path))
                    broken.Add($"{Path.GetRelativePath(Checkout.Root, readme)}: {target}");
            }
        }
        Assert.Empty(broken);
    }

    [GeneratedRegex(@"// sample:[^\n]*\n(?<lines>.*?)// end", RegexOptions.Singleline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
