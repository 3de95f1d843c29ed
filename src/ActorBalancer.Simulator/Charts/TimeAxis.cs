using System.Globalization;

namespace ActorBalancer.Simulator.Charts;

/// <summary>A logarithmic axis from one round number to another: 1, 2 or 5 times a power of ten.</summary>
internal sealed class TimeAxis
{
    private readonly double _low;
    private readonly double _span;

    public TimeAxis(double least, double most)
    {
        Low = Round(least, up: false);
        High = Round(Math.Max(most, least), up: true);
        if (High <= Low) High = Low * 10;
        _low = Math.Log(Low);
        _span = Math.Log(High) - _low;
    }

    public double Low { get; }

    public double High { get; }

    /// <summary>From 0 at the lower end to 1 at the upper.</summary>
    public double Place(double time) => time <= Low ? 0 : Math.Min(1, (Math.Log(time) - _low) / _span);

    public double TimeAt(double place) => Math.Exp(_low + (place * _span));

    /// <summary>The round numbers on it.</summary>
    public IEnumerable<double> Marks()
    {
        bool wide = High / Low > 2_000;
        for (int power = (int)Math.Floor(Math.Log10(Low)) - 1; ; power++)
        {
            foreach (int digit in (int[])[1, 2, 5])
            {
                double mark = digit * Math.Pow(10, power);
                if (mark > High * 1.000_001) yield break;
                if (mark >= Low * 0.999_999 && (!wide || digit == 1)) yield return mark;
            }
        }
    }

    public static string Text(double mark) => mark.ToString("0.###", CultureInfo.InvariantCulture);

    private static double Round(double time, bool up)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(time)));
        double[] round = [power, 2 * power, 5 * power, 10 * power];
        return up ? round.First(r => r >= time * 0.999_999) : round.Last(r => r <= time * 1.000_001);
    }
}
