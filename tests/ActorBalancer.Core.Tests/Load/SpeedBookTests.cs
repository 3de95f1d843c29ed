using ActorBalancer.Load;

namespace ActorBalancer.Core.Tests.Load;

/// <summary>What is learned of workers of which the test knows the truth. Durations are drawn with a fixed seed.</summary>
public sealed class SpeedBookTests
{
    private readonly SpeedBook _book = new();
    private readonly Random _dice = new(7);
    private long _second;

    private Moment Now => new(_second * Moment.PerSecond, 0);

    [Fact]
    public void Speed_is_learned_as_a_ratio_to_the_fleet_also_from_heavy_tails()
    {
        double[] speeds = [1, 1, 2, 4];
        Join(speeds.Length);
        for (int i = 0; i < 60; i++)
            Second(speeds, 20);
        // Against the geometric mean of the fleet.
        double mean = Math.Exp(speeds.Average(Math.Log));
        for (int w = 0; w < speeds.Length; w++)
            Assert.InRange(_book.SpeedOf(w) / (speeds[w] / mean), 0.9, 1.1);
    }

    [Fact]
    public void Kinds_of_other_sizes_do_not_make_a_worker_look_slow()
    {
        Join(2);
        for (int i = 0; i < 60; i++)
        {
            // The first runs long jobs mostly, the second short ones; both are equally fast.
            Read(0, "long", 90, 1_000_000, 1);
            Read(0, "short", 10, 1_000, 1);
            Read(1, "long", 10, 1_000_000, 1);
            Read(1, "short", 90, 1_000, 1);
            Next();
        }
        Assert.InRange(_book.SpeedOf(0), 0.9, 1.1);
        Assert.All(_book.FactorsOf(0), f => Assert.InRange(f.Thousandths, 900, 1100));
    }

    [Fact]
    public void Slow_for_one_kind_is_not_slow_for_the_others()
    {
        Join(3);
        for (int i = 0; i < 60; i++)
        {
            for (int w = 0; w < 3; w++)
            {
                Read(w, "gpu", 20, 1_000_000, w == 0 ? 8 : 1);
                Read(w, "mail", 20, 1_000, 1);
            }
            Next();
        }
        Assert.InRange(Factor(0, "gpu"), 3_600, 4_400);
        Assert.InRange(Factor(1, "gpu"), 450, 550);
        Assert.InRange(Factor(0, "mail"), 900, 1_100);
    }

    [Fact]
    public void Nothing_counts_in_the_first_ten_seconds()
    {
        Join(2);
        for (int i = 0; i < 9; i++)
        {
            Second([1, 4], 50);
            Assert.Equal((1000, 1000), (Factor(0, "work"), Factor(1, "work")));
        }
        for (int i = 0; i < 30; i++)
            Second([1, 4], 50);
        Assert.InRange(Factor(1, "work") / (double)Factor(0, "work"), 3.5, 4.5);
    }

    [Fact]
    public void Weight_moves_by_a_fifth_a_second_at_most_and_a_tenfold_slow_down_is_followed_and_its_end_too()
    {
        double[] speeds = [1, 1, 1, 1];
        Join(4);
        for (int i = 0; i < 40; i++)
            Second(speeds, 30);
        Assert.InRange(Factor(0, "work"), 900, 1_100);
        speeds[0] = 0.1;
        int took = Until(() => Factor(0, "work") < 0.13 * Factor(1, "work"), speeds, perSecond: 30);
        Assert.InRange(took, 5, 25);
        speeds[0] = 1;
        took = Until(() => Factor(0, "work") > 0.9 * Factor(1, "work"), speeds, perSecond: 30);
        Assert.InRange(took, 5, 30);
    }

    [Fact]
    public void Trifles_change_no_weight()
    {
        Join(4);
        for (int i = 0; i < 60; i++)
            Second([1, 1, 1, 1], 200);
        // Standard error of a mean of 1,000 logarithms: 4 %, below the hysteresis but for the tails.
        Assert.All(Enumerable.Range(0, 4), w => Assert.InRange(Factor(w, "work"), 850, 1_150));
        int before = Factor(0, "work"), changes = 0;
        for (int i = 0; i < 60; i++)
        {
            Second([1, 1, 1, 1], 200);
            changes += Factor(0, "work") == before ? 0 : 1;
            before = Factor(0, "work");
        }
        Assert.InRange(changes, 0, 15);
    }

    [Fact]
    public void Worker_that_fails_half_its_runs_has_half_the_weight()
    {
        Join(2);
        for (int i = 0; i < 60; i++)
        {
            Read(0, "work", 20, 1_000, 1, failed: 20);
            Read(1, "work", 20, 1_000, 1);
            Next();
        }
        Assert.InRange(Factor(0, "work") / (double)Factor(1, "work"), 0.45, 0.55);
    }

    [Fact]
    public void What_nothing_confirmed_for_three_minutes_is_forgotten_slowly()
    {
        Join(2);
        for (int i = 0; i < 60; i++)
            Second([1, 4], 20);
        int learned = Factor(1, "work");
        for (int i = 0; i < 170; i++)
            Next();
        Assert.Equal(learned, Factor(1, "work"));
        for (int i = 0; i < 60; i++)
            Next();
        Assert.Equal((1000, 1000), (Factor(0, "work"), Factor(1, "work")));
        Assert.Equal(1, _book.SpeedOf(1));
    }

    [Fact]
    public void Few_runs_decide_little_and_a_lone_worker_is_the_mean()
    {
        Join(2);
        Second([1, 4], 1);
        for (int i = 0; i < 20; i++)
            Next();
        Assert.InRange(Factor(1, "work"), 900, 1_200);

        SpeedBook lone = new();
        lone.Join(1, Now);
        for (int i = 0; i < 20; i++)
        {
            lone.Read(new RunTally(1, "work", 100, 0, 100 * Math.Log(5_000), 100 * Math.Log(5_000) * Math.Log(5_000)), Now);
            _second++;
            lone.Move(Now);
        }
        Assert.Empty(lone.FactorsOf(1));
    }

    private int Until(Func<bool> reached, double[] speeds, int perSecond)
    {
        int at = Factor(0, "work");
        for (int seconds = 1; seconds <= 200; seconds++)
        {
            Second(speeds, perSecond);
            int now = Factor(0, "work");
            Assert.InRange(now, (0.79 * at) - 1, (1.21 * at) + 1);
            at = now;
            if (reached())
                return seconds;
        }
        throw new InvalidOperationException("the weight did not get there");
    }

    private void Join(int workers)
    {
        for (int w = 0; w < workers; w++)
            _book.Join(w, Now);
    }

    private void Second(double[] speeds, int perSecond)
    {
        for (int w = 0; w < speeds.Length; w++)
            Read(w, "work", (int)Math.Max(1, perSecond * speeds[w]), 100_000, speeds[w]);
        Next();
    }

    /// <summary>Runs with bounded Pareto durations, shape 1.5, largest to smallest 1,000.</summary>
    private void Read(int worker, string kind, int runs, double micros, double speed, int failed = 0)
    {
        double sum = 0, squares = 0;
        for (int i = 0; i < runs; i++)
        {
            double log = Math.Log(Math.Max(1, micros / speed * Math.Pow(1 - (_dice.NextDouble() * (1 - Math.Pow(1_000, -1.5))), -1 / 1.5)));
            sum += log;
            squares += log * log;
        }
        _book.Read(new RunTally(worker, kind, runs, failed, sum, squares), Now);
    }

    private void Next()
    {
        _second++;
        _book.Move(Now);
    }

    private int Factor(int worker, string kind)
    {
        KindFactor[] all = [.. _book.FactorsOf(worker)];
        return all.FirstOrDefault(f => f.Kind == kind, all.FirstOrDefault(f => f.Kind == SpeedBook.AnyKind, new KindFactor("", 1000))).Thousandths;
    }
}
