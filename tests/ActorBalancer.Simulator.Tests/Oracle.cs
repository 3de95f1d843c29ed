using System.Globalization;
using System.Text;

namespace ActorBalancer.Simulator.Tests;

/// <summary>Known answers from queueing theory, each with its derivation (<c>oracle.csv</c>).</summary>
internal static class Oracle
{
    private static readonly Dictionary<(string, string, string), double> Rows = Read();

    public static double Value(string scenario, string parameters, string metric) =>
        Rows.TryGetValue((scenario, parameters, metric), out double value)
            ? value
            : throw new ArgumentException($"oracle.csv has no row '{scenario}', '{parameters}', '{metric}'");

    private static Dictionary<(string, string, string), double> Read()
    {
        using Stream stream = typeof(Oracle).Assembly.GetManifestResourceStream("oracle.csv")!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        Dictionary<(string, string, string), double> rows = [];
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            string[] cells = [.. Cells(line)];
            rows.Add((cells[0], cells[1], cells[2]), double.Parse(cells[3], CultureInfo.InvariantCulture));
        }
        return rows;
    }

    private static IEnumerable<string> Cells(string line)
    {
        int at = 0;
        while (at <= line.Length)
        {
            bool quoted = at < line.Length && line[at] == '"';
            int end = quoted ? line.IndexOf('"', at + 1) : line.IndexOf(',', at);
            if (end < 0) end = line.Length;
            yield return quoted ? line[(at + 1)..end] : line[at..end];
            at = quoted ? end + 2 : end + 1;
        }
    }
}
