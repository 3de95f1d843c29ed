using System.Text.RegularExpressions;

namespace ActorBalancer.SystemTests.Tools;

[Collection("tools")]
public sealed partial class TerminalTests(SharedUp shared)
{
    [Fact]
    public async Task Terminal_gets_tables_of_at_most_80_columns()
    {
        (await shared.Up.RunAsync("submit", "echo", "{}", "--wait")).Succeeded();
        foreach (string[] verb in (string[][])[["worker", "list"], ["job", "list", "--limit", "3"], ["queue", "list"], ["queue", "weights", "default"]])
        {
            string[] lines = Escape().Replace(await OnTerminal("xterm-256color", "", verb), "").TrimEnd('\n').Split('\n');
            Assert.Contains(lines, l => l.StartsWith('╭') || l.StartsWith('+'));
            Assert.All(lines, l => Assert.True(l.Length <= 80, l));
        }
    }

    [Theory]
    [InlineData("dumb", "")]
    [InlineData("xterm-256color", "1")]
    public async Task Terminal_that_wants_none_gets_plain_columns(string term, string noColor)
    {
        string text = await OnTerminal(term, noColor, "worker", "list");
        Assert.Contains("WORKER    STATE  SLOTS", text, StringComparison.Ordinal);
        Assert.DoesNotContain("│", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[3", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Result_on_a_terminal_ends_its_line() =>
        Assert.Equal("[1]\n", Escape().Replace(await OnTerminal("xterm-256color", "", "submit", "echo", "[1]", "--wait"), ""));

    private Task<string> OnTerminal(string term, string noColor, params string[] verb) =>
        Terminal.RunAsync([.. shared.Up.Environment, new("TERM", term), new("NO_COLOR", noColor)], verb);

    [GeneratedRegex("\u001b(\\[[0-9;?]*[A-Za-z]|=|>)")]
    private static partial Regex Escape();
}
