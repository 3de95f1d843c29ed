using ActorBalancer.Node.Tools;
using Spectre.Console;

namespace ActorBalancer.SystemTests.Tools;

public sealed class SheetTests
{
    [Theory]
    [InlineData(80, " weighted-round-robin ")]
    [InlineData(40, "│weighted-round-robin│")]
    public void Table_gives_up_its_padding_before_it_wraps(int width, string shown)
    {
        Sheet sheet = new("queue", "strategy", Column.Number("waiting"));
        sheet.Add("reports", "weighted-round-robin", "12");
        StringWriter text = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        console.Write(sheet.ToTable(unicode: true, width));
        string[] lines = text.ToString().TrimEnd().Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.Contains(shown, lines[3], StringComparison.Ordinal);
        Assert.All(lines, l => Assert.True(l.TrimEnd().Length <= width, l));
    }

    [Fact]
    public void Plain_columns_stand_under_each_other_and_end_where_their_text_does()
    {
        Sheet sheet = new("id", Column.Number("tries"), "state");
        sheet.Add("a", "10", "waiting");
        sheet.Add("longer", "2", null);
        StringWriter text = new() { NewLine = "\n" };
        sheet.WriteTo(text);
        Assert.Equal("ID      TRIES  STATE\na          10  waiting\nlonger      2  -\n", text.ToString());
    }

    [Fact]
    public void What_a_terminal_would_obey_becomes_blanks() => Assert.Equal(" [31m x y", Sheet.Clean("\u001b[31m\u009bx\ny"));
}
