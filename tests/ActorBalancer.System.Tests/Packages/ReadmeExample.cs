namespace ActorBalancer.SystemTests.Packages;

/// <summary>A block <c>sh package</c> of the README: from install to a first job.</summary>
/// <param name="Commands">As they stand there.</param>
internal sealed record ReadmeExample(string Commands)
{
    /// <summary>As many lines as the project promises to need at most.</summary>
    public const int MostLines = 15;

    /// <summary>The one block that begins with this command.</summary>
    public static ReadmeExample Of(string first)
    {
        string readme = File.ReadAllText(Path.Combine(PackedPackages.Root, "README.md")).ReplaceLineEndings("\n");
        const string Open = "```sh package\n";
        int begin = readme.IndexOf(Open + first, StringComparison.Ordinal) + Open.Length;
        Assert.True(begin >= Open.Length, $"the README has no block 'sh package' that begins with {first}");
        string commands = readme[begin..readme.IndexOf("\n```", begin, StringComparison.Ordinal)];
        Assert.InRange(commands.Split('\n').Length, 1, MostLines);
        return new ReadmeExample(commands);
    }
}
