using System.Globalization;
using System.Text.Json;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Traffic;

/// <summary>Recorded jobs in order of arrival, one JSON object a line: <c>{"at":seconds,"service":seconds,"kind":"","source":""}</c>.</summary>
internal sealed class Trace
{
    private Trace(double[] ats, double[] services, ulong[] sources)
    {
        Ats = ats;
        Services = services;
        Sources = sources;
        MeanService = services.Average();
    }

    /// <summary>Seconds since the first arrival.</summary>
    public double[] Ats { get; }

    /// <summary>Seconds at speed 1.</summary>
    public double[] Services { get; }

    /// <summary>The hashes of the sources; 0: the job names none.</summary>
    public ulong[] Sources { get; }

    public int Count => Ats.Length;

    /// <summary>In seconds; NaN where the trace has no service times.</summary>
    public double MeanService { get; }

    public bool HasServices => !double.IsNaN(MeanService);

    /// <summary>Arrivals a second; infinite where all come at once.</summary>
    public double Rate => (Count - 1) / Ats[^1];

    /// <exception cref="SimulationException">The file cannot be read, or holds what is no recorded job.</exception>
    public static Trace Read(string file)
    {
        try
        {
            return Parse(File.ReadLines(file), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SimulationException($"trace {file}: {e.Message}");
        }
    }

    internal static Trace Parse(IEnumerable<string> lines, string name)
    {
        List<(double At, double Service, ulong Source)> jobs = [];
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            if (line.Length > 0) jobs.Add(ParseJob(line, $"trace {name}, line {number.ToString(CultureInfo.InvariantCulture)}"));
        }
        if (jobs.Count == 0) throw new SimulationException($"trace {name} is empty; a line is {{\"at\":seconds,\"service\":seconds}}");
        var ordered = jobs.OrderBy(j => j.At).ToArray();
        Trace trace = new([.. ordered.Select(j => j.At - ordered[0].At)], [.. ordered.Select(j => j.Service)], [.. ordered.Select(j => j.Source)]);
        if (trace.MeanService == 0) throw new SimulationException($"trace {name}: every service time is 0");
        return trace;
    }

    private static (double At, double Service, ulong Source) ParseJob(string line, string where)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            JsonElement job = json.RootElement;
            if (job.ValueKind != JsonValueKind.Object) throw new SimulationException($"{where}: not an object");
            double at = Seconds(job, "at", where) ?? throw new SimulationException($"{where}: \"at\" is missing; give seconds");
            double service = Seconds(job, "service", where) ?? double.NaN;
            string? source = job.TryGetProperty("source", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
            return (at, service, string.IsNullOrEmpty(source) ? 0 : SourceHash.Of(source));
        }
        catch (JsonException e)
        {
            throw new SimulationException($"{where}: {e.Message}");
        }
    }

    private static double? Seconds(JsonElement job, string name, string where)
    {
        if (!job.TryGetProperty(name, out var value)) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double seconds) && double.IsFinite(seconds) && seconds >= 0
            ? seconds
            : throw new SimulationException($"{where}: \"{name}\" is {value.GetRawText()}; give seconds, 0 or more");
    }
}
