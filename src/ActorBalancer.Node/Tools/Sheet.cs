using System.Text;
using Spectre.Console;

namespace ActorBalancer.Node.Tools;

/// <summary>Rows of text: a table on a terminal, plain columns that end where the text does in a pipe.</summary>
internal sealed class Sheet(params Column[] columns)
{
    private const string Gap = "  ";

    private readonly List<string[]> _rows = [];

    public void Add(params string?[] cells) => _rows.Add([.. cells.Select(c => Clean(c is { Length: > 0 } ? c : "-"))]);

    /// <param name="unicode">Whether the terminal has lines to draw with.</param>
    /// <param name="width">The terminal's: a table gives up its padding before it wraps.</param>
    public Table ToTable(bool unicode, int width)
    {
        int[] widths = [.. columns.Select((c, i) => _rows.Select(r => r[i].Length).Append(c.Title.Length).Max())];
        int padding = widths.Sum() + 3 * columns.Length + 1 <= width ? 1 : 0;
        Table table = new Table().Border(unicode ? TableBorder.Rounded : TableBorder.Ascii);
        foreach (Column column in columns)
        {
            TableColumn shown = new(new Text(column.Title)) { Padding = new Padding(padding, 0, padding, 0) };
            table.AddColumn(column.IsNumber ? shown.RightAligned() : shown);
        }
        foreach (string[] row in _rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        return table;
    }

    public void WriteTo(TextWriter output)
    {
        string[][] lines = [[.. columns.Select(c => c.Title.ToUpperInvariant())], .. _rows];
        int[] widths = [.. columns.Select((_, i) => lines.Max(l => l[i].Length))];
        foreach (string[] line in lines)
        {
            IEnumerable<string> cells = line.Select((cell, i) => columns[i].IsNumber ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            output.WriteLine(string.Join(Gap, cells).TrimEnd());
        }
    }

    /// <summary>
    /// The text in one line and without what a terminal would obey: errors, sources and names are written by others.
    /// </summary>
    public static string Clean(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        StringBuilder clean = new(text.Length);
        foreach (char c in text)
            clean.Append(char.IsControl(c) ? ' ' : c);
        return clean.ToString();
    }
}
