namespace ActorBalancer.SystemTests.Readme;

/// <summary>
/// A block of commands in the README. <c>sh</c> runs to its end; <c>sh terminal</c> keeps running in a terminal of its own
/// until the README is over, and is then ended with Ctrl-C.
/// </summary>
/// <param name="Line">Of its first command, from 1.</param>
/// <param name="IsTerminal">Whether it keeps running.</param>
/// <param name="Text">The commands.</param>
internal sealed record ReadmeBlock(int Line, bool IsTerminal, string Text)
{
    /// <summary>All blocks of a file, in order.</summary>
    public static IReadOnlyList<ReadmeBlock> Of(string file)
    {
        List<ReadmeBlock> blocks = [];
        string[] lines = File.ReadAllLines(file);
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
                continue;
            int end = Array.FindIndex(lines, i + 1, line => line == "```");
            Assert.True(end > i, $"the block that begins in line {i + 1} of {Path.GetFileName(file)} has no end");
            string kind = lines[i][3..].Trim();
            if (kind is "sh" or "sh terminal")
                blocks.Add(new ReadmeBlock(i + 2, kind == "sh terminal", string.Join('\n', lines[(i + 1)..end])));
            i = end;
        }
        return blocks;
    }
}
