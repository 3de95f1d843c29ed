using ActorBalancer.Cluster.Router;
using ActorBalancer.Cluster.Tests.Metrics;

namespace ActorBalancer.Cluster.Tests.Router;

public sealed class EventFeedTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Reader_gets_what_happens_from_now_on_in_order()
    {
        EventFeed feed = new(_time);
        feed.Add(Worker("before"));
        using EventReader reader = feed.Subscribe();
        feed.Add(Worker("a"));
        feed.Add(Worker("b"));
        feed.Close();
        List<string> seen = [];
        await foreach (BalancerEvent happened in reader.Events.ReadAllAsync())
            seen.Add(((BalancerEvent.OfWorker)happened).Worker);
        Assert.Equal(["a", "b"], seen);
    }

    [Fact]
    public void Reader_that_comes_back_gets_what_it_missed_as_far_as_it_is_kept()
    {
        EventFeed feed = new(_time);
        for (int i = 0; i < EventFeed.Kept + 10; i++)
            feed.Add(Worker($"{i}"));
        using EventReader all = feed.Subscribe(after: 0);
        Assert.Equal(EventFeed.Kept, all.Events.Count);
        Assert.True(all.Events.TryRead(out BalancerEvent? oldest));
        Assert.Equal("10", ((BalancerEvent.OfWorker)oldest).Worker);
        using EventReader some = feed.Subscribe(after: oldest.Id + 900);
        Assert.True(some.Events.TryRead(out BalancerEvent? next));
        Assert.Equal(oldest.Id + 901, next.Id);
        feed.Add(Worker("new"));
        Assert.Equal(99, some.Events.Count);
    }

    [Fact]
    public async Task Reader_that_stays_a_thousand_events_behind_is_dropped_and_the_others_are_not()
    {
        EventFeed feed = new(_time);
        using EventReader slow = feed.Subscribe();
        using EventReader quick = feed.Subscribe();
        for (int i = 0; i <= EventFeed.Kept; i++)
        {
            feed.Add(Worker($"{i}"));
            Assert.True(quick.Events.TryRead(out _));
        }
        _time.Advance(EventFeed.CatchUp - TimeSpan.FromMilliseconds(1));
        feed.Add(Worker("in time"));
        Assert.Equal(2, feed.Readers);
        Assert.False(slow.Ended.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        feed.Add(Worker("late"));
        Assert.Equal(1, feed.Readers);
        await slow.Ended;
        int read = 0;
        await Assert.ThrowsAsync<EventReaderTooSlowException>(async () =>
        {
            await foreach (BalancerEvent _ in slow.Events.ReadAllAsync())
                read++;
        });
        Assert.Equal(EventFeed.Kept + 2, read);
    }

    [Fact]
    public void Reader_that_catches_up_with_a_burst_stays()
    {
        EventFeed feed = new(_time);
        using EventReader reader = feed.Subscribe();
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 5 * EventFeed.Kept; i++)
                feed.Add(Worker($"{i}"));
            while (reader.Events.TryRead(out _))
            {
                // Within the second that it has.
            }
            _time.Advance(EventFeed.CatchUp);
        }
        Assert.Equal(1, feed.Readers);
    }

    [Fact]
    public void Burst_beyond_all_bounds_drops_a_reader_at_once()
    {
        EventFeed feed = new(_time);
        using EventReader reader = feed.Subscribe();
        for (int i = 0; i <= EventFeed.MostBehind; i++)
            feed.Add(Worker("x"));
        Assert.Equal(0, feed.Readers);
        Assert.True(reader.Ended.IsCompleted);
    }

    [Fact]
    public void Feed_listens_while_it_has_readers_and_a_minute_after_the_last_left()
    {
        EventFeed feed = new(_time);
        Assert.False(feed.IsListening);
        EventReader reader = feed.Subscribe();
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(feed.IsListening);
        reader.Dispose();
        reader.Dispose();
        _time.Advance(EventFeed.Linger - TimeSpan.FromSeconds(1));
        Assert.True(feed.IsListening);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(feed.IsListening);
    }

    [Fact]
    public void Ids_go_on_above_those_of_the_process_before()
    {
        EventFeed first = new(_time);
        using EventReader of = first.Subscribe();
        first.Add(Worker("a"));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        EventFeed second = new(_time);
        using EventReader then = second.Subscribe();
        second.Add(Worker("b"));
        Assert.True(of.Events.TryRead(out BalancerEvent? earlier) && then.Events.TryRead(out _));
        using EventReader back = second.Subscribe(after: earlier!.Id);
        Assert.True(back.Events.TryRead(out BalancerEvent? later));
        Assert.InRange(later.Id, earlier.Id + 1, 1L << 53);
        Assert.Equal(_time.GetUtcNow(), later.At);
    }

    private static BalancerEvent.OfWorker Worker(string name) => new(name, WorkerState.Up);
}
