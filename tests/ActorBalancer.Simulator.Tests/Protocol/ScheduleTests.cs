using System.Globalization;
using ActorBalancer.Core.Tests.Options;
using ActorBalancer.Simulator.Protocol;
using Xunit.Abstractions;

namespace ActorBalancer.Simulator.Tests.Protocol;

/// <summary>
/// Random lives of whole clusters, and what must hold in all of them: the promise, credit, ownership, and that everything ends once the faults
/// stop. ACTORBALANCER_SCHEDULES says how many, ACTORBALANCER_SCHEDULE_SEED from which seed on.
/// </summary>
public sealed class ScheduleTests(ITestOutputHelper output)
{
    private const long Budget = 20_000;

    [Fact]
    [Trait("Part", "long")]
    public void The_promise_holds_in_every_random_schedule_of_faults()
    {
        ScheduleFigures figures = ScheduleRuns.Play(TestOptions.Balancer, Setting("ACTORBALANCER_SCHEDULE_SEED", 1), Setting("ACTORBALANCER_SCHEDULES", Budget));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{figures.Played} schedules, {figures.Steps} events"));
        Assert.True(figures.Failures.Count == 0, string.Join("\n\n", figures.Failures.Select(f => $"schedule {f.Seed}: {f.Wrong}\nRun it again, with a log of its events:\n{ScheduleRuns.Replay(f.Seed)}")));
    }

    [Fact]
    [Trait("Part", "long")]
    public void Each_broken_protocol_is_caught_within_the_budget()
    {
        List<string> missed = [];
        foreach ((string broken, Func<Seams> seams) in BrokenProtocols.All)
        {
            ScheduleFigures figures = ScheduleRuns.Play(TestOptions.Balancer, 1, Budget, seams, mostFailures: 1);
            if (figures.Failures.Count == 0)
            {
                missed.Add(broken);
                continue;
            }
            (long seed, string wrong) = figures.Failures[0];
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{broken}: caught by schedule {seed}: {wrong.Split('\n')[0]}"));
        }
        Assert.Empty(missed);
    }

    [Fact]
    public void A_seed_gives_the_same_life_again()
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            List<string> first = [], second = [];
            Schedule.Play(TestOptions.Balancer, seed, Seams.None, first.Add, out long steps);
            Schedule.Play(TestOptions.Balancer, seed, Seams.None, second.Add, out long again);
            Assert.NotEmpty(first);
            Assert.Equal(steps, again);
            Assert.Equal(first, second);
        }
    }

    private static long Setting(string name, long otherwise) =>
        long.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : otherwise;
}
