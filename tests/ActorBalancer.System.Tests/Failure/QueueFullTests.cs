using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Failure;

public sealed class QueueFullTests(ITestOutputHelper output) : FailureTest(output)
{
    private const int MostWaiting = 50;

    protected override KeyValuePair<string, string>[] RouterSettings => [StoreOfTests.Memory, new("ACTORBALANCER__MEMORY__MAX_WAITING", $"{MostWaiting}")];

    [Fact]
    public async Task Full_queue_refuses_with_its_code_and_takes_jobs_again_when_some_have_run()
    {
        await Cluster.AddWorkerAsync("worker", 1);
        await Cluster.RunAsync([TestCluster.Job("echo")]);
        await Cluster.Client.SetQueueAsync("default", strategy: null, binding: null, paused: true);

        IReadOnlyList<SubmitResult> answers = await Cluster.Client.SubmitManyAsync([.. TestCluster.Sleeps(3 * MostWaiting, 1)]);
        SubmitResult[] accepted = [.. answers.Where(a => a.Accepted)];
        Assert.Equal(MostWaiting, accepted.Length);
        Assert.All(answers.Where(a => !a.Accepted), a => Assert.Equal(RefusalCode.QueueFull, a.Code));

        await Cluster.Client.SetQueueAsync("default", strategy: null, binding: null, paused: false);
        foreach (SubmitResult answer in accepted)
            Assert.Equal(JobState.Succeeded, (await Cluster.Client.WaitAsync(answer.Id)).State);
        Assert.All(await Cluster.RunAsync([TestCluster.Job("echo")]), j => Assert.True(j.Succeeded));
    }
}
