using ActorBalancer.Load;

namespace ActorBalancer.Core.Tests.Load;

public sealed class EjectionBookTests
{
    private readonly EjectionBook _book = new();
    private long _second = 1;

    private Moment Now => new(_second * Moment.PerSecond, 0);

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(20)]
    public void Worker_that_fails_where_the_others_succeed_is_out_within_seconds_with_its_reason(int workers)
    {
        Join(workers);
        for (int i = 0; i < 3; i++)
            Second(w => w == 0 ? 0.5 : 0.99, workers, 50);
        Assert.Equal("50% of 100 jobs in 10 s succeeded, 98% at the others; out for 30 s", _book.ReasonOf(0));
        Assert.All(Enumerable.Range(1, workers - 1), w => Assert.Null(_book.ReasonOf(w)));
    }

    [Fact]
    public void Few_runs_decide_nothing_and_old_ones_are_forgotten()
    {
        Join(4);
        for (int i = 0; i < 60; i++)
            Second(w => w == 0 ? 0 : 1, 4, 9);
        Assert.Null(_book.ReasonOf(0));
    }

    [Fact]
    public void What_fails_everywhere_is_no_workers_fault_nor_is_a_kind_that_nobody_else_runs()
    {
        Join(4);
        for (int i = 0; i < 20; i++)
        {
            Second(_ => 0.3, 4, 100);
            _book.Read(new RunTally(1, "mine", 0, 500, 0, 0), Now);
        }
        Assert.All(Enumerable.Range(0, 4), w => Assert.Null(_book.ReasonOf(w)));
    }

    [Fact]
    public void Worker_that_has_more_of_a_hard_kind_is_compared_by_kind()
    {
        Join(3);
        for (int i = 0; i < 20; i++)
        {
            for (int w = 0; w < 3; w++)
            {
                // Nine tenths of the first one's are of the kind that fails half the time.
                _book.Read(new RunTally(w, "hard", w == 0 ? 90 : 10, w == 0 ? 90 : 10, 0, 0), Now);
                _book.Read(new RunTally(w, "easy", w == 0 ? 20 : 180, 0, 0, 0), Now);
            }
            Step();
        }
        Assert.Null(_book.ReasonOf(0));
    }

    [Fact]
    public void Time_out_grows_each_time_and_a_long_time_without_trouble_takes_one_back()
    {
        Join(4);
        Assert.Equal(30, Out());
        Assert.Equal(60, Out());
        Assert.Equal(90, Out());
        for (int i = 0; i < 310; i++)
            Step();
        Assert.Equal(90, Out());
    }

    [Fact]
    public void At_most_a_tenth_or_one_is_out_at_a_time()
    {
        Join(30);
        for (int i = 0; i < 5; i++)
            Second(w => w < 5 ? 0.1 : 1, 30, 100);
        Assert.Equal(3, Enumerable.Range(0, 30).Count(w => _book.ReasonOf(w) is not null));
        Assert.All(Enumerable.Range(5, 25), w => Assert.Null(_book.ReasonOf(w)));
    }

    [Fact]
    public void Last_worker_is_never_taken_out_and_half_of_them_are_left()
    {
        Join(2);
        for (int i = 0; i < 5; i++)
            Second(w => w == 0 ? 0 : 1, 2, 100);
        Assert.NotNull(_book.ReasonOf(0));
        for (int i = 0; i < 20; i++)
            Second(_ => 0, 2, 100);
        Assert.Null(_book.ReasonOf(1));

        EjectionBook lone = new();
        lone.Join(1);
        for (int i = 0; i < 20; i++)
        {
            lone.Read(new RunTally(1, "work", 0, 200, 0, 0), Now);
            _second++;
            lone.Decide(Now);
        }
        Assert.Null(lone.ReasonOf(1));
    }

    /// <summary>The first fails until it is out; how long it is.</summary>
    private int Out()
    {
        while (_book.ReasonOf(0) is null)
            Second(w => w == 0 ? 0 : 1, 4, 100);
        int seconds = 0;
        for (; _book.ReasonOf(0) is not null; seconds++)
            Second(_ => 1, 4, 100);
        return seconds;
    }

    private void Join(int workers)
    {
        for (int w = 0; w < workers; w++)
            _book.Join(w);
    }

    private void Second(Func<int, double> rate, int workers, int runs)
    {
        for (int w = 0; w < workers; w++)
        {
            int good = (int)(rate(w) * runs);
            _book.Read(new RunTally(w, "work", good, runs - good, 0, 0), Now);
        }
        Step();
    }

    private void Step()
    {
        _second++;
        _book.Decide(Now);
    }
}
