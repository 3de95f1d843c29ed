using ActorBalancer.Testing;

namespace ActorBalancer.Cluster.Tests.Testing;

/// <summary>Handlers that wait for something else than the clock.</summary>
public sealed class RealWorkTests
{
    [Fact]
    public async Task Real_work_of_a_handler_is_waited_for()
    {
        TestBalancer? balancer = null;
        balancer = new(b => b.AddHandler("real", async (int n) =>
        {
            DateTimeOffset before = balancer!.Clock.GetUtcNow();
            await Task.Run(() => Task.Yield());
            return JobOutcome.OkWith(balancer.Clock.GetUtcNow() == before);
        }))
        {
            Patience = TimeSpan.FromMinutes(5),
        };
        await balancer.SubmitAsync("real", 1, o => o.Delay = TimeSpan.FromDays(1));
        Assert.True((await balancer.WaitAsync(await balancer.SubmitAsync("real", 2))).Read<bool>());
        balancer.Dispose();
    }

    [Fact]
    public async Task Clock_goes_on_without_a_handler_whose_real_work_takes_too_long()
    {
        TaskCompletionSource answer = new();
        using TestBalancer balancer = new(b => b.AddHandler("real", async (int n) =>
        {
            await answer.Task;
            return JobOutcome.Ok;
        }))
        {
            Patience = TimeSpan.FromMilliseconds(1),
        };
        JobId id = await balancer.SubmitAsync("real", 1);
        await balancer.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal((TimeSpan.FromSeconds(5), JobState.Running), (balancer.Clock.Elapsed, (await balancer.GetAsync(id))!.State));
        // On a thread without a context the handler goes on within this call, so that it has ended before the clock may move again.
        await Task.Run(answer.SetResult);
        Assert.Equal(JobState.Succeeded, (await balancer.WaitAsync(id)).State);
    }
}
