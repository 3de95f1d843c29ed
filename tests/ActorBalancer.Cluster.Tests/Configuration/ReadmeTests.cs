using System.Text.RegularExpressions;
using ActorBalancer.Hosting;

namespace ActorBalancer.Cluster.Tests.Configuration;

/// <summary>What hocon/README.md shows is what the program says.</summary>
public partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Root(), "hocon", "README.md")).ReplaceLineEndings("\n");

    [Fact]
    public void Errors_are_shown_as_they_are_printed()
    {
        ConfigurationSources sources = new()
        {
            Text = Block("hocon"),
            TextOrigin = "mail.conf",
            Environment = new Dictionary<string, string> { ["ACTORBALANCER__ROUTER__BATCH_JOBS"] = "0" },
        };
        Assert.Equal(Block("text"), Assert.Throws<BalancerConfigurationException>(() => BalancerConfiguration.Load(sources)).Message);
    }

    [Fact]
    public void Variables_set_the_keys_beside_them()
    {
        Match[] rows = [.. Row().Matches(Readme).Cast<Match>()];
        Assert.Equal(4, rows.Length);
        foreach (Match row in rows)
        {
            string byVariable = BalancerConfiguration.Render(
                BalancerConfiguration.Load(new() { Environment = new Dictionary<string, string> { [row.Groups["name"].Value] = row.Groups["value"].Value } }).Options);
            string byKey = BalancerConfiguration.Render(
                BalancerConfiguration.Load(new() { Overrides = [KeyValuePair.Create(row.Groups["key"].Value, row.Groups["value"].Value)] }).Options);
            Assert.Equal(byKey, byVariable);
            Assert.NotEqual(BalancerConfiguration.Render(BalancerConfiguration.Defaults()), byKey);
        }
    }

    private static string Block(string language) => Regex.Match(Readme, $"```{language}\n(.*?)\n```", RegexOptions.Singleline).Groups[1].Value;

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ActorBalancer.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository.");
    }

    [GeneratedRegex(@"^\| `(?<key>actorbalancer\.[^`]+)` \| `(?<name>[A-Z_0-9]+)=(?<value>[^`]+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
