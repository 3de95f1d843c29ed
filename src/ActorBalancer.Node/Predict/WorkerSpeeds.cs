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
        // The mean time of a kind depends on who ran it, and the speed of a worker on those means: by turns.
        for (int round = 0; round < Rounds; round++)
        {
            var means = runs.GroupBy(r => r.Kind).ToDictionary(g => g.Key, g => g.Average(r => r.Seconds * speeds[r.Worker]));
            foreach (var own in runs.GroupBy(r => r.Worker))
                speeds[own.Key] = own.Sum(r => means[r.Kind]) / own.Sum(r => r.Seconds);
        }
        foreach (var own in runs.GroupBy(r => r.Worker))
        {
            double mean = own.Average(r => r.Seconds);
            double deviation = Math.Sqrt(own.Sum(r => (r.Seconds - mean) * (r.Seconds - mean)) / Math.Max(1, own.Count() - 1));
            double chance = 3 * deviation / mean / Math.Sqrt(own.Count());
            speeds[own.Key] = Math.Abs(speeds[own.Key] - 1) <= Math.Max(Least, chance) ? 1 : Math.Round(speeds[own.Key], 2);
        }
        return speeds;
    }
}
