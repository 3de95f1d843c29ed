using System.Text.RegularExpressions;

namespace ActorBalancer.Cluster.Tests.Testing;

/// <summary>What people who come from elsewhere are told to call is there.</summary>
public sealed partial class ComingFromTests
{
    // Names of .NET, of Akka.NET and of the reader's own program, as they stand in the examples.
    private static readonly HashSet<string> s_others = ["Resize", "ResizeHandler", "ResizeArgs", "T", "ID", "NAME", "POST", "TestKit", "ActorBalancer", "Akka", "Get", "Tell"];

    [Fact]
    public void Every_call_that_the_pages_for_newcomers_name_exists()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "ActorBalancer.sln")))
            root = Path.GetDirectoryName(root)!;
        string api = string.Concat(Directory.EnumerateFiles(Path.Combine(root, "src"), "PublicAPI.*.txt", SearchOption.AllDirectories).Select(File.ReadAllText));
        HashSet<string> known = [.. Word().Matches(api).Select(m => m.Value), .. s_others];
        string page = File.ReadAllText(Path.Combine(root, "src", "ActorBalancer.Cluster", "README.md"));
        string[] rows = [.. page[page.IndexOf("## Coming from", StringComparison.Ordinal)..].Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal))];
        Assert.True(rows.Length > 35);
        string[] named = [.. rows.SelectMany(row => Code().Matches(row.TrimEnd(' ', '|').Split(" | ")[^1])).SelectMany(code => Word().Matches(code.Groups["code"].Value)).Select(m => m.Value).Distinct()];
        Assert.True(named.Length > 40);
        Assert.All(named, name => Assert.Contains(name, known));

        string conf = File.ReadAllText(Path.Combine(root, "hocon", "reference.conf"));
        Assert.All(["retention", "succeeded", "load-factor", "strategy", "queues"], key => Assert.Matches($@"(?m)^\s*{key}\b", conf));
    }

    [GeneratedRegex("`(?<code>[^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\b[A-Z][A-Za-z]*\b")]
    private static partial Regex Word();
}
