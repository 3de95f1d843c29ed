using System.Globalization;
using ActorBalancer.Options;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>Many schedules, on all processors. Each is alone in its world, so the number of threads changes nothing.</summary>
internal static class ScheduleRuns
{
    /// <summary>Plays the seeds from the first one on.</summary>
    /// <param name="options">What schedules do not choose themselves.</param>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="seams">Makes what breaks the protocol, for each schedule; null: nothing does.</param>
    /// <param name="mostFailures">Stops after so many; those with the smallest seeds are told.</param>
    public static ScheduleFigures Play(BalancerOptions options, long first, long count, Func<Seams>? seams = null, int mostFailures = 5)
    {
        var failures = new SortedDictionary<long, string>();
        long next = first - 1, steps = 0, played = 0;
        long last = first + count - 1;
        void Worker()
        {
            while (true)
            {
                long seed = Interlocked.Increment(ref next);
                if (seed > Interlocked.Read(ref last))
                    return;
                string? wrong = Schedule.Play(options, (ulong)seed, seams?.Invoke() ?? Seams.None, log: null, out long some);
                Interlocked.Add(ref steps, some);
                Interlocked.Increment(ref played);
                if (wrong is null)
                    continue;
                lock (failures)
                {
                    failures.Add(seed, wrong);
                    // Seeds below are being played still, and one of them may fail too: the answer is the same on every machine.
                    if (failures.Count >= mostFailures)
                        Interlocked.Exchange(ref last, Math.Min(last, failures.Keys.ElementAt(mostFailures - 1)));
                }
            }
        }
        Thread[] others = [.. Enumerable.Range(1, Environment.ProcessorCount - 1).Select(_ => new Thread(Worker))];
        foreach (Thread other in others)
            other.Start();
        Worker();
        foreach (Thread other in others)
            other.Join();
        return new ScheduleFigures(played, steps, [.. failures.Take(mostFailures).Select(f => (f.Key, f.Value))]);
    }

    /// <summary>The one command that plays a seed again and shows what happened.</summary>
    public static string Replay(long seed) => string.Create(
        CultureInfo.InvariantCulture, $"dotnet run -c Release --project tests/ActorBalancer.Benchmarks -- schedules --seed {seed} --count 1 --log");
}

/// <param name="Played">Schedules.</param>
/// <param name="Steps">Events in them.</param>
/// <param name="Failures">Seeds, with what was wrong.</param>
internal sealed record ScheduleFigures(long Played, long Steps, IReadOnlyList<(long Seed, string Wrong)> Failures);
