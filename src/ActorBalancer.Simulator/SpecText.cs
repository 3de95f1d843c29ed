using System.Globalization;
using ActorBalancer.Simulator.Traffic;

namespace ActorBalancer.Simulator;

/// <summary>Laws of arrivals and service times as they are written: a name, and what belongs to it behind colons.</summary>
internal static class SpecText
{
    private const string ArrivalForms = "poisson, bursty:F, batch:R or trace:FILE";
    private const string ServiceForms = "exp, det, erlang:K, h2:C2, lognormal:CV, pareto:ALPHA:RATIO or trace:FILE";
    private const long MostAtOnce = 100_000_000;

    /// <exception cref="SimulationException">There is no such law; the message lists those that there are.</exception>
    public static ArrivalLaw Arrivals(string text, Func<string, Trace> read) => Split(text) switch
    {
        ("poisson", null) => new PoissonArrivals(),
        ("bursty", { } factor) => new BurstyArrivals(Number(text, "F, the rate in a burst over the average rate,", factor, 1, 1_000)),
        ("batch", { } jobs) => new BatchArrivals(Whole(text, "R, the number of jobs,", jobs, MostAtOnce)),
        ("trace", { Length: > 0 } file) => new RecordedArrivals(read(file)),
        _ => throw new SimulationException($"arrivals '{text}': give {ArrivalForms}"),
    };

    /// <inheritdoc cref="Arrivals"/>
    public static ServiceLaw Service(string text, Func<string, Trace> read) => Split(text) switch
    {
        ("exp", null) => new ErlangService(1),
        ("det", null) => new ConstantService(),
        ("erlang", { } stages) => new ErlangService((int)Whole(text, "K, the number of stages,", stages, ErlangService.MostStages)),
        ("h2", { } variation) => new HyperexponentialService(Number(text, "C2, the squared coefficient of variation,", variation, 1, 1e6)),
        ("lognormal", { } variation) => new LognormalService(Number(text, "CV, the coefficient of variation,", variation, 0, 1e3)),
        ("pareto", { } both) => Pareto(text, both),
        ("trace", { Length: > 0 } file) => new RecordedService(WithServices(read(file), file)),
        _ => throw new SimulationException($"service '{text}': give {ServiceForms}"),
    };

    /// <summary>How many seconds a mean service time has: as recorded, else 1.</summary>
    public static double SecondsOf(ServiceLaw service) => service is RecordedService recorded
        ? Math.Clamp(recorded.Trace.MeanService, SimulationOptions.LeastServiceSeconds, SimulationOptions.MostServiceSeconds)
        : 1;

    public static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static ParetoService Pareto(string text, string both) => Split(both) switch
    {
        (var alpha, { } ratio) => new ParetoService(Number(text, "ALPHA", alpha, 0.1, 100), Number(text, "RATIO, the largest job over the smallest,", ratio, 1.000_001, 1e12)),
        _ => throw new SimulationException($"service '{text}': give pareto:ALPHA:RATIO, such as pareto:1.5:1000"),
    };

    private static Trace WithServices(Trace trace, string file) =>
        trace.HasServices ? trace : throw new SimulationException($"trace {file}: jobs without \"service\" tell no service times");

    private static (string Name, string? Detail) Split(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (text, null) : (text[..colon], text[(colon + 1)..]);
    }

    private static double Number(string text, string what, string part, double low, double high) =>
        TryNumber(part, out double number) && number >= low && number <= high ? number : throw OutOfRange(text, what, low, high);

    private static long Whole(string text, string what, string part, long high) =>
        long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= 1 && number <= high
            ? number
            : throw OutOfRange(text, what, 1, high);

    private static SimulationException OutOfRange(string text, string what, double low, double high) =>
        new(string.Create(CultureInfo.InvariantCulture, $"'{text}': {what} must be a number from {low} to {high}"));
}
