namespace ActorBalancer.Simulator.Charts;

/// <summary>
/// The response times of all strategies under each other on one logarithmic axis: a bar from the median to the 95th percentile, then a line
/// to the 99th and dots to the 99.9th.
/// </summary>
internal static class TextChart
{
    public const string Key = "|=== from the median to 95% of the jobs, --- to 99%, ... to 99.9%; logarithmic axis";

    /// <param name="rows">Those that have response times worth showing.</param>
    /// <param name="width">Columns of the terminal.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<StrategyFigures> rows, int width)
    {
        if (rows.Count == 0) yield break;
        int names = rows.Max(r => r.Strategy.Length) + 2;
        int columns = Math.Max(20, width - names - 1);
        var axis = new TimeAxis(rows.Min(r => Positive(r.Response.Quantiles[0])), rows.Max(r => Positive(r.Response.Quantiles[3])));
        foreach (StrategyFigures row in rows) yield return row.Strategy.PadRight(names) + Bar(row.Response.Quantiles, axis, columns);
        yield return new string(' ', names) + Scale(axis, columns);
    }

    private static string Bar(double[] quantiles, TimeAxis axis, int columns)
    {
        int[] at = [.. quantiles.Select(q => (int)Math.Round(axis.Place(q) * (columns - 1)))];
        char[] line = new char[columns];
        Array.Fill(line, ' ');
        for (int i = at[0]; i <= at[3]; i++) line[i] = i <= at[1] ? '=' : i <= at[2] ? '-' : '.';
        line[at[0]] = '|';
        return new string(line).TrimEnd();
    }

    private static string Scale(TimeAxis axis, int columns)
    {
        char[] line = new char[columns + 8];
        Array.Fill(line, ' ');
        int free = 0;
        foreach (double mark in axis.Marks())
        {
            string text = TimeAxis.Text(mark);
            int at = (int)Math.Round(axis.Place(mark) * (columns - 1));
            if (at < free || at + text.Length > line.Length) continue;
            text.CopyTo(0, line, at, text.Length);
            free = at + text.Length + 1;
        }
        return new string(line).TrimEnd();
    }

    private static double Positive(double time) => time > 0 ? time : 0.001;
}
