using ActorBalancer.Client;

namespace ActorBalancer.Node.Predict;

/// <summary>
/// How fast workers are, by how long they took over jobs of the same kinds: speed 1 is the mean of all jobs. What chance may explain, and what
/// is below a twentieth, counts as no difference.
/// </summary>
internal static class WorkerSpeeds
{
    private const double Least = 0.05;
    private const int Rounds = 20;

    /// <summary>By name of the worker; rounded to hundredths.</summary>
    public static Dictionary<string, double> Of(IReadOnlyList<JobDetails> jobs)
    {
        (string Worker, string Kind, double Seconds)[] runs = [.. jobs.Where(j => j.Worker is not null).Select(j => (j.Worker!, j.Kind, Math.Max(Recording.Seconds(j), 1e-6)))];
        Dictionary<string, double> speeds = runs.Select(r => r.Worker).Distinct().ToDictionary(w => w, _ => 1.0);
        Dictionary<string, double> means = [];
        // The mean time of a kind depends on who ran it, and the speed of a worker on those means: by turns.
        for (int round = 0; round < Rounds; round++)
        {
            means = runs.GroupBy(r => r.Kind).ToDictionary(g => g.Key, g => g.Average(r => r.Seconds * speeds[r.Worker]));
            foreach (var own in runs.GroupBy(r => r.Worker))
                speeds[own.Key] = own.Sum(r => means[r.Kind]) / own.Sum(r => r.Seconds);
        }
        var variances = runs.GroupBy(r => r.Kind).ToDictionary(g => g.Key, g => g.Average(r => Math.Pow((r.Seconds * speeds[r.Worker]) - means[r.Kind], 2)));
        foreach (var own in runs.GroupBy(r => r.Worker))
        {
            double speed = speeds[own.Key];
            double chance = 3 * Math.Sqrt(own.Sum(r => variances[r.Kind])) / own.Sum(r => means[r.Kind]);
            speeds[own.Key] = Math.Abs(speed - 1) <= Math.Max(Least, chance) ? 1 : Math.Round(speed, 2);
        }
        return speeds;
    }
}
