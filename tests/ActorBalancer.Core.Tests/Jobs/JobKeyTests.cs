using CsCheck;

namespace ActorBalancer.Tests.Jobs;

public sealed class JobKeyTests
{
    private static readonly Gen<(int Queue, int Priority, long Sequence)> Parts = Gen.Select(
        Gen.Int[0, JobKey.MaxQueues - 1], Gen.Int[0, JobKey.HighestPriority], Gen.Long[0, JobKey.MaxSequence]);

    [Fact]
    public void Parts_of_any_key_come_out_as_they_went_in() => Parts.Sample(p =>
    {
        long key = JobKey.Pack(p.Queue, p.Priority, p.Sequence);
        Assert.True(key >= 0);
        Assert.Equal(p, (JobKey.Queue(key), JobKey.Priority(key), JobKey.Sequence(key)));
    });

    [Fact]
    [Trait("Rule", "5")]
    public void Keys_sort_by_queue_then_from_high_priority_to_low_then_by_acceptance() => Gen.Select(Parts, Parts).Sample((a, b) =>
    {
        int expected = (a.Queue, -a.Priority, a.Sequence).CompareTo((b.Queue, -b.Priority, b.Sequence));
        int actual = JobKey.Pack(a.Queue, a.Priority, a.Sequence).CompareTo(JobKey.Pack(b.Queue, b.Priority, b.Sequence));
        Assert.Equal(Math.Sign(expected), Math.Sign(actual));
    });

    [Fact]
    public void Corners_do_not_spill_into_each_other()
    {
        Assert.Equal(0, JobKey.Pack(0, 9, 0));
        Assert.Equal(1L << 48, JobKey.Pack(0, 8, 0));
        Assert.Equal(1L << 52, JobKey.Pack(1, 9, 0));
        Assert.True(JobKey.Pack(0, 9, JobKey.MaxSequence) < JobKey.Pack(0, 8, 0));
        Assert.True(JobKey.Pack(0, 0, JobKey.MaxSequence) < JobKey.Pack(1, 9, 0));
        Assert.True(JobKey.Pack(JobKey.MaxQueues - 1, 0, JobKey.MaxSequence) > 0);
    }
}
