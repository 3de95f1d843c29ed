using ActorBalancer.Load;

namespace ActorBalancer.Core.Tests.Load;

public sealed class LoadBookTests
{
    private const long StartSeconds = 1_000;
    private readonly LoadBook _book = new(new SlowStart(TimeSpan.FromSeconds(30), 0.1), At(0));

    [Fact]
    public void Workers_present_when_the_router_starts_have_their_full_weight_at_once()
    {
        _book.Join(1, 1_000, At(0));
        _book.Join(2, 4_000, At(10));
        Assert.Equal([new(1, 1_000), new(2, 4_000)], _book.Weigh(At(10)).Workers);
    }

    [Fact]
    public void A_worker_that_joins_later_starts_slowly_and_the_others_keep_theirs()
    {
        _book.Join(1, 1_000, At(0));
        _book.Join(2, 4_000, At(100));
        Assert.Equal([new(1, 1_000), new(2, 400)], _book.Weigh(At(100)).Workers);
        Assert.Equal([new(1, 1_000), new(2, 2_000)], _book.Weigh(At(115)).Workers);
        Assert.Equal([new(1, 1_000), new(2, 4_000)], _book.Weigh(At(130)).Workers);
    }

    [Fact]
    public void A_reconnect_or_the_end_of_a_drain_does_not_start_a_worker_slowly_again()
    {
        _book.Join(1, 1_000, At(0));
        _book.Join(2, 4_000, At(100));
        _book.Join(1, 1_000, At(115));
        _book.Join(2, 4_000, At(115));
        Assert.Equal([new(1, 1_000), new(2, 2_000)], _book.Weigh(At(115)).Workers);
    }

    [Fact]
    public void A_restarted_process_is_another_worker_and_starts_slowly()
    {
        _book.Join(1, 4_000, At(0));
        _book.Leave(1);
        _book.Join(2, 4_000, At(60));
        Assert.Equal([new(2, 400)], _book.Weigh(At(60)).Workers);
    }

    [Fact]
    public void Weight_zero_stays_zero()
    {
        _book.Join(1, 0, At(0));
        _book.Join(2, 0, At(100));
        Assert.Equal([new(1, 0), new(2, 0)], _book.Weigh(At(115)).Workers);
    }

    [Fact]
    public void The_version_grows_with_every_change_and_with_nothing_else()
    {
        Assert.Equal(0, _book.Weigh(At(0)).Version);

        _book.Join(1, 1_000, At(0));
        Weights first = _book.Weigh(At(1));
        Assert.Equal(1, first.Version);
        Assert.Same(first, _book.Weigh(At(50)));

        _book.Join(1, 1_000, At(60));
        _book.Read(Sample(1, 60));
        _book.Leave(99);
        Assert.Same(first, _book.Weigh(At(60)));

        _book.Join(1, 2_000, At(70));
        Assert.Equal(2, _book.Weigh(At(70)).Version);
        _book.Join(2, 1_000, At(80));
        Assert.Equal(3, _book.Weigh(At(80)).Version);
        Assert.Equal(4, _book.Weigh(At(95)).Version);
        Assert.Equal(5, _book.Weigh(At(110)).Version);
        Assert.Equal(5, _book.Weigh(At(111)).Version);
        _book.Leave(2);
        Assert.Equal(6, _book.Weigh(At(112)).Version);
    }

    [Fact]
    public void Only_the_last_sample_of_each_known_worker_is_kept_whatever_its_clock_says()
    {
        _book.Read(Sample(1, 1));
        Assert.Empty(_book.Samples());

        _book.Join(1, 1_000, At(0));
        _book.Join(2, 1_000, At(0));
        NodeSample last = Sample(1, 5);
        _book.Read(Sample(1, 7));
        _book.Read(last);
        _book.Read(Sample(0, 9));
        Assert.Same(last, Assert.Single(_book.Samples()));

        _book.Leave(1);
        Assert.Empty(_book.Samples());
    }

    private static Moment At(long seconds) => new((StartSeconds + seconds) * Moment.PerSecond, 0);

    private static NodeSample Sample(long incarnation, long unixMs) => new()
    {
        Node = "w",
        WorkerIncarnation = incarnation,
        Cpu = 0.5,
        MemoryBytes = 1,
        MemoryLimitBytes = 2,
        Running = 1,
        Queued = 0,
        Finished = 10,
        ServiceMicros = 5,
        UnixMs = unixMs,
    };
}
