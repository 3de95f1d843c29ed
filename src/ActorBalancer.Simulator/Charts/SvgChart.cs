using System.Globalization;
using System.Text;

namespace ActorBalancer.Simulator.Charts;

/// <summary>
/// One picture of the response times: for every time, the share of jobs that took longer, both axes logarithmic, so that a tail is as easy
/// to read as the middle. A file of its own, without fonts, styles or scripts from elsewhere.
/// </summary>
internal static class SvgChart
{
    private const int Width = 860;
    private const int Height = 520;
    private const int Left = 78;
    private const int Right = 24;
    private const int Top = 52;
    private const int Bottom = 62;
    private const double LeastShare = 0.000_1;
    private const int Steps = 400;

    // Told apart by those too who do not see all colours (Okabe, Ito, "Color universal design", 2008), and by their dashes.
    private static readonly string[] Colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9"];
    private static readonly string[] Dashes = ["none", "7 3", "2 3", "10 3 2 3", "4 2", "12 4", "1 2"];

    /// <param name="rows">Those that have response times worth showing.</param>
    /// <param name="title">Above the picture.</param>
    public static string Draw(IReadOnlyList<StrategyFigures> rows, string title)
    {
        double[] ends = [.. rows.SelectMany(r => new[] { r.Response.Times.Quantile(0.05), r.Response.Times.Quantile(1 - LeastShare) }).Where(t => t > 0)];
        var axis = ends.Length == 0 ? new TimeAxis(1, 10) : new TimeAxis(ends.Min(), ends.Max());
        StringBuilder svg = new();
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" font-family=\"sans-serif\" font-size=\"13\">");
        Line(svg, $"<title>{Escape(title)}</title>");
        Line(svg, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>");
        Line(svg, $"<text x=\"{Left}\" y=\"26\">{Escape(title)}</text>");
        Axes(svg, axis);
        for (int i = 0; i < rows.Count; i++) Curve(svg, rows[i], axis, i);
        Legend(svg, rows);
        Line(svg, $"</svg>");
        return svg.ToString();
    }

    private static void Axes(StringBuilder svg, TimeAxis axis)
    {
        foreach (double mark in axis.Marks())
        {
            double x = X(axis.Place(mark));
            Line(svg, $"<line x1=\"{x:0.#}\" y1=\"{Top}\" x2=\"{x:0.#}\" y2=\"{Height - Bottom}\" stroke=\"#dddddd\"/>");
            Line(svg, $"<text x=\"{x:0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{TimeAxis.Text(mark)}</text>");
        }
        for (double share = 1; share >= LeastShare * 0.999; share /= 10)
        {
            double y = Y(share);
            Line(svg, $"<line x1=\"{Left}\" y1=\"{y:0.#}\" x2=\"{Width - Right}\" y2=\"{y:0.#}\" stroke=\"#dddddd\"/>");
            Line(svg, $"<text x=\"{Left - 8}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{share * 100:0.##}%</text>");
        }
        Line(svg, $"<rect x=\"{Left}\" y=\"{Top}\" width=\"{Width - Left - Right}\" height=\"{Height - Top - Bottom}\" fill=\"none\" stroke=\"#444444\"/>");
        Line(svg, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 16}\" text-anchor=\"middle\">response time, in mean service times at speed 1</text>");
        int middle = (Top + Height - Bottom) / 2;
        Line(svg, $"<text x=\"18\" y=\"{middle}\" text-anchor=\"middle\" transform=\"rotate(-90 18 {middle})\">jobs that took longer</text>");
    }

    private static void Curve(StringBuilder svg, StrategyFigures row, TimeAxis axis, int number)
    {
        StringBuilder points = new();
        for (int step = 0; step <= Steps; step++)
        {
            double place = (double)step / Steps;
            double share = row.Response.Times.ShareAbove(axis.TimeAt(place));
            if (share < LeastShare) break;
            points.Append(CultureInfo.InvariantCulture, $"{X(place):0.#},{Y(share):0.#} ");
        }
        Line(svg, $"<polyline points=\"{points.ToString().TrimEnd()}\" fill=\"none\" stroke=\"{Colour(number)}\" stroke-width=\"2\" stroke-dasharray=\"{Dash(number)}\"/>");
    }

    private static void Legend(StringBuilder svg, IReadOnlyList<StrategyFigures> rows)
    {
        int y = Top + 20;
        int x = Width - Right - 215;
        Line(svg, $"<rect x=\"{x - 10}\" y=\"{Top + 4}\" width=\"216\" height=\"{(rows.Count * 20) + 8}\" fill=\"#ffffff\" fill-opacity=\"0.85\"/>");
        for (int i = 0; i < rows.Count; i++, y += 20)
        {
            Line(svg, $"<line x1=\"{x}\" y1=\"{y - 4}\" x2=\"{x + 34}\" y2=\"{y - 4}\" stroke=\"{Colour(i)}\" stroke-width=\"2\" stroke-dasharray=\"{Dash(i)}\"/>");
            Line(svg, $"<text x=\"{x + 42}\" y=\"{y}\">{Escape(rows[i].Strategy)}</text>");
        }
    }

    private static string Colour(int number) => Colours[number % Colours.Length];

    private static string Dash(int number) => Dashes[number % Dashes.Length];

    private static double X(double place) => Left + (place * (Width - Left - Right));

    private static double Y(double share) => Top + (Math.Log(share) / Math.Log(LeastShare) * (Height - Top - Bottom));

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    private static void Line(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
