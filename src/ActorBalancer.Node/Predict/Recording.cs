using System.Globalization;
using ActorBalancer.Client;

namespace ActorBalancer.Node.Predict;

/// <summary>What a queue did while it was watched.</summary>
/// <param name="Queue">Its settings when it began.</param>
/// <param name="Jobs">Those that arrived and ran, in order of arrival.</param>
/// <param name="Unfinished">Jobs that arrived and did not run to their end.</param>
/// <param name="Workers">Those that offer the kinds of the jobs.</param>
internal sealed record Recording(QueueDetails Queue, IReadOnlyList<JobDetails> Jobs, int Unfinished, IReadOnlyList<WorkerDetails> Workers)
{
    private readonly Dictionary<string, double> _speeds = WorkerSpeeds.Of(Jobs);

    public static double Seconds(JobDetails job) => (job.FinishedAt!.Value - job.StartedAt!.Value).TotalSeconds;

    /// <summary>The lines of the trace: seconds since the first arrival, and how long the job would have run at speed 1.</summary>
    public IEnumerable<RecordedJob> Lines() => Jobs.Select(j => new RecordedJob(
        (j.SubmittedAt!.Value - Jobs[0].SubmittedAt!.Value).TotalSeconds, Math.Round(Seconds(j) * SpeedOf(j.Worker), 6), j.Kind, j.Source ?? ""));

    /// <summary>The fleet as <c>simulate</c> takes it.</summary>
    public IReadOnlyList<string> Groups() =>
    [
        .. Workers.GroupBy(w => (Speed: SpeedOf(w.Name), w.Weight)).OrderByDescending(g => g.Key.Speed).Select(g => string.Create(
            CultureInfo.InvariantCulture, $"{g.Count()}x{g.Key.Speed}:{g.Key.Weight}")),
    ];

    /// <summary>Of each worker; null where they differ.</summary>
    public int? Slots => Workers.Select(w => w.Slots).Distinct().ToArray() is [var all] ? all : null;

    private double SpeedOf(string? worker) => worker is null ? 1 : _speeds.GetValueOrDefault(worker, 1);
}

/// <summary>A line of a trace.</summary>
/// <param name="At">When it arrived, in seconds.</param>
/// <param name="Service">How long it runs at speed 1, in seconds.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Source">Its source.</param>
internal sealed record RecordedJob(double At, double Service, string Kind, string Source);
