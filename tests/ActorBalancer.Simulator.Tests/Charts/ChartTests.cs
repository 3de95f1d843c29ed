using System.Globalization;
using System.Xml.Linq;
using ActorBalancer.Simulator.Charts;
using ActorBalancer.Simulator.Tests.Theory;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Tests.Charts;

public sealed class ChartTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static StrategyFigures[] Rows { get; } = Simulation.Run(TheoryRow.Play("8x1", 0.8, "random", 20_000, runs: 2) with { Strategies = StrategyCatalog.Ids });

    [Fact]
    public void Picture_is_an_SVG_file_of_its_own_with_a_falling_curve_a_strategy_inside_its_frame()
    {
        XElement svg = XDocument.Parse(SvgChart.Draw(Rows, "8 < 9 & more")).Root!;
        Assert.Equal(Svg + "svg", svg.Name);
        Assert.Equal("8 < 9 & more", svg.Element(Svg + "title")!.Value);
        XElement[] curves = [.. svg.Elements(Svg + "polyline")];
        Assert.Equal(Rows.Length, curves.Length);
        Assert.Equal(Rows.Length, curves.Select(c => c.Attribute("stroke")!.Value).Distinct().Count());
        string[] texts = [.. svg.Elements(Svg + "text").Select(t => t.Value)];
        Assert.Contains(texts, t => t.Contains("response time", StringComparison.Ordinal));
        Assert.Contains(texts, t => t.Contains("took longer", StringComparison.Ordinal));
        Assert.All(Rows, r => Assert.Contains(r.Strategy, texts));
        XElement frame = svg.Elements(Svg + "rect").Single(r => r.Attribute("fill")!.Value == "none");
        double[] sides = [.. new[] { "x", "y", "width", "height" }.Select(a => double.Parse(frame.Attribute(a)!.Value, CultureInfo.InvariantCulture))];
        foreach (XElement curve in curves)
        {
            double[][] points = [.. curve.Attribute("points")!.Value.Split(' ').Select(p => p.Split(',').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray())];
            Assert.True(points.Length > 50);
            Assert.All(points, p => Assert.InRange(p[0], sides[0] - 0.1, sides[0] + sides[2] + 0.1));
            Assert.All(points, p => Assert.InRange(p[1], sides[1] - 0.1, sides[1] + sides[3] + 0.1));
            Assert.Equal(points.Select(p => p[1]).Order(), points.Select(p => p[1]));
        }
        Assert.DoesNotContain("NaN", svg.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("href", svg.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(120)]
    public void Bars_of_all_strategies_stand_on_one_scale(int width)
    {
        string[] lines = [.. TextChart.Lines(Rows, width)];
        Assert.Equal(Rows.Length + 1, lines.Length);
        Assert.All(lines[..^1], line => Assert.True(line.Length <= Math.Max(width, 43)));
        Assert.All(lines[..^1], line => Assert.Single(line, c => c == '|'));
        int[] medians = [.. lines[..^1].Select(l => l.IndexOf('|', StringComparison.Ordinal))];
        Assert.Equal(Rows.Zip(medians).OrderBy(r => r.First.Response.Quantiles[0]).Select(r => r.Second), medians.Order());
        Assert.Contains("1", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.7, 30, "0.5 1 2 5 10 20 50")]
    [InlineData(1, 1, "1 2 5 10")]
    [InlineData(0.02, 900, "0.1 1 10 100 1000")]
    public void Marks_of_the_axis_are_round_numbers(double least, double most, string marks) =>
        Assert.Equal(marks, string.Join(' ', new TimeAxis(least, most).Marks().Select(TimeAxis.Text)));
}
