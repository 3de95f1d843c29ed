using ActorBalancer.Client;
using ActorBalancer.Node.Predict;

namespace ActorBalancer.SystemTests.Predict;

public sealed class WorkerSpeedsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Worker_that_takes_twice_as_long_over_the_same_kinds_has_half_the_speed()
    {
        // The slow one gets the long kind mostly, which alone does not make it slow.
        Dictionary<string, double> speeds = WorkerSpeeds.Of(
        [
            .. Runs("fast", "short", 100, 80), .. Runs("fast", "long", 1_000, 20),
            .. Runs("slow", "short", 200, 20), .. Runs("slow", "long", 2_000, 80),
        ]);
        Assert.Equal(2, speeds["fast"] / speeds["slow"], 0.05);
    }

    [Fact]
    public void What_chance_explains_is_no_difference()
    {
        IEnumerable<JobDetails> Few(string worker, params int[] ms) => ms.SelectMany(each => Runs(worker, "any", each, 1));
        Dictionary<string, double> speeds = WorkerSpeeds.Of([.. Few("a", 10, 500, 20, 40), .. Few("b", 90, 15, 30, 60), .. Runs("c", "other", 103, 50), .. Runs("d", "other", 100, 50)]);
        Assert.All(speeds.Values, speed => Assert.Equal(1, speed));
    }

    private static IEnumerable<JobDetails> Runs(string worker, string kind, int ms, int count) => Enumerable.Range(0, count).Select(i => new JobDetails
    {
        Id = $"{worker}-{kind}-{i}", Kind = kind, Queue = "default", State = "succeeded", Worker = worker, StartedAt = Start, FinishedAt = Start.AddMilliseconds(ms),
    });
}
