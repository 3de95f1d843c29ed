using ActorBalancer.Cluster.Tls;

namespace ActorBalancer.Cluster.Tests.Tls;

public sealed class PendingHandshakesTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public void Oldest_makes_room_when_one_more_comes()
    {
        PendingHandshakes pending = new(2, Long);
        using CancellationTokenSource first = pending.Enter(default), second = pending.Enter(default), third = pending.Enter(default);
        Assert.Equal([true, false, false], [first.IsCancellationRequested, second.IsCancellationRequested, third.IsCancellationRequested]);

        pending.Leave(second);
        using CancellationTokenSource fourth = pending.Enter(default);
        Assert.False(third.IsCancellationRequested);
        using CancellationTokenSource fifth = pending.Enter(default);
        Assert.True(third.IsCancellationRequested);
    }

    [Fact]
    public void One_that_left_is_not_touched_any_more()
    {
        PendingHandshakes pending = new(1, Long);
        using CancellationTokenSource first = pending.Enter(default);
        pending.Leave(first);
        using CancellationTokenSource second = pending.Enter(default);
        Assert.False(first.IsCancellationRequested);
    }

    [Fact]
    public async Task Time_ends_it()
    {
        PendingHandshakes pending = new(1, TimeSpan.FromMilliseconds(1));
        using CancellationTokenSource entered = pending.Enter(default);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Long, entered.Token));
    }

    [Fact]
    public void Stop_ends_it()
    {
        using CancellationTokenSource stop = new();
        using CancellationTokenSource entered = new PendingHandshakes(1, Long).Enter(stop.Token);
        stop.Cancel();
        Assert.True(entered.IsCancellationRequested);
    }
}
