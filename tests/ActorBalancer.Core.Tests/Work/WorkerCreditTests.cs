using ActorBalancer.Work;
using static ActorBalancer.Core.Tests.Work.Given;

namespace ActorBalancer.Core.Tests.Work;

public sealed class WorkerCreditTests
{
    [Fact]
    public void Outcome_of_a_single_job_leaves_at_once()
    {
        WorkerCore core = Welcomed(slots: 4);
        core.Assigned(Route, Batch(1, Jobs(0, 1)), At(1));
        core.Effects.Clear();
        core.EndRun(0, Ok, At(2), out _);
        Assert.Single(core.Effects.Outcomes());
        Assert.Equal(5, core.Effects.LastReport().Credit);
    }

    [Fact]
    public void Long_jobs_get_no_prefetch()
    {
        LinkWorld world = new(slots: 4, backlog: 400, _ => 50_000);
        world.RunTo(4 * Moment.PerSecond);
        Assert.Equal(4, world.LargestWindow);
        Assert.Equal(0, world.Core.Queued);
        // 4 slots, 50 ms a job, 0.2 ms of round trip between two.
        Assert.InRange(world.Settled, 310, 320);
    }

    [Fact]
    public void Microsecond_jobs_ramp_up_within_a_few_round_trips_and_keep_every_slot_busy()
    {
        // 4 slots with 5 us jobs, 200 us of round trip: without prefetch the slots would be idle 97% of the time.
        LinkWorld world = new(slots: 4, backlog: 200_000, _ => 5);
        world.RunTo(10_000);
        int warm = world.Settled;
        long busy = world.BusyMicros;
        Assert.True(warm > 1000, $"{warm} jobs in the first 50 round trips");
        world.RunTo(110_000);
        double share = (world.BusyMicros - busy) / (4.0 * 100_000);
        Assert.True(share >= 0.95, $"busy {share:P1}");
    }

    [Theory]
    [InlineData(100)]
    [InlineData(2)] // Router and worker in one process.
    public void Outcomes_of_microsecond_jobs_share_reports_however_short_the_way(long oneWayMicros)
    {
        LinkWorld world = new(slots: 4, backlog: 200_000, _ => 5) { OneWayMicros = oneWayMicros };
        world.RunTo(10_000);
        (int reports, int settled) = (world.Reports, world.Settled);
        world.RunTo(110_000);
        double jobsPerReport = (double)(world.Settled - settled) / (world.Reports - reports);
        Assert.True(jobsPerReport >= 64, $"{jobsPerReport:F1} jobs a report");
    }

    [Theory]
    [InlineData(100, 0, 20.0, 100 + 4)]        // the number of jobs
    [InlineData(2048, 1000, 20.0, 100 + 4)]    // 100,000 payload bytes
    [InlineData(2048, 0, 0.1, 80 + 4)]         // 100 us of work: 4 slots x 100 / 5
    public void Prefetch_is_bounded_by_jobs_bytes_and_work(int jobs, int payload, double workMs, long window)
    {
        LinkWorld world = new(slots: 4, backlog: 200_000, _ => 5, o => o with
        {
            PrefetchJobs = jobs,
            PrefetchBytes = 100_000,
            PrefetchWork = TimeSpan.FromMilliseconds(workMs),
        }, payload)
        { OneWayMicros = 2000 };
        world.RunTo(300_000);
        Assert.InRange(world.LargestWindow, window / 2, window);
    }

    [Fact]
    public void Kept_outcomes_are_bounded_while_the_store_is_away()
    {
        LinkWorld world = new(slots: 4, backlog: 100_000, _ => 5) { StoreAway = true };
        world.RunTo(3 * Moment.PerSecond);
        // Two windows of slots and prefetch, and one more that was granted when the bound was reached.
        Assert.InRange(world.Sent, 2000, 3 * (4 + 2048));
        world.StoreAway = false;
        world.RunTo(6 * Moment.PerSecond, untilSettled: true);
        Assert.Equal(100_000, world.Settled);
    }

    [Fact]
    public void Large_kept_results_are_bounded_by_their_bytes()
    {
        WorkerCore core = Welcomed(slots: 4);
        RunEnd large = Ok;
        large.Result = new byte[64 << 10];
        int sent = 0;
        for (int batch = 1; sent < 1000; batch++)
        {
            long credit = core.Effects.Reports.Count > 0 ? core.Effects.LastReport().Credit : 4;
            if (credit <= sent)
                break;
            core.Effects.Clear();
            core.Assigned(Route, Batch(batch, [Job(sent++)]), At(batch * 20));
            core.EndRun(core.Effects.Starts[0].Slot, large, At(batch * 20 + 10), out _);
        }
        Assert.InRange(sent, 64, 72);
    }

    [Fact]
    public void Job_mix_that_turns_long_hands_back_and_ends_prefetch()
    {
        // Microsecond jobs fill the window; then come jobs of a second.
        LinkWorld world = new(slots: 4, backlog: 100_000, job => job < 50_000 ? 5 : 1_000_000);
        world.RunTo(500_000);
        Assert.Equal((4, 0), (world.Core.Running, world.Core.Queued));
        Assert.Equal(4, world.Starts.Skip(50_000).Sum());
        Assert.True(world.Outcomes.Count(o => o == AttemptOutcome.Released) > 100);
    }
}
