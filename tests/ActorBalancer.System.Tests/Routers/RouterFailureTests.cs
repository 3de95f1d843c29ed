using System.Globalization;
using System.Text.Json;
using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Routers;

/// <summary>What happens to one of two routers on one store; the other takes its queues over, and the workers go on with its jobs.</summary>
public sealed class RouterFailureTests(ITestOutputHelper output)
{
    private const string Queue = "moving";

    [SkippableFact]
    public async Task Killed_router_leaves_its_queues_to_the_other_and_nothing_that_live_workers_run_is_run_again()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(output);
        await LoseOwnerAsync(cluster, (owner, _) => Signals.Send(owner.Pid, Signals.Kill));
    }

    [SkippableFact]
    public async Task Stopped_router_hands_its_queues_over_and_nothing_is_run_again()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(output);
        await LoseOwnerAsync(cluster, (owner, _) => Signals.Send(owner.Pid, Signals.Terminate));
    }

    [SkippableFact]
    public async Task Router_that_is_paused_beyond_its_lease_loses_its_queues_and_no_job()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(output, new KeyValuePair<string, string>("ACTORBALANCER__ROUTER__LEASE_TIME", "3s"));
        ChildNode paused = await LoseOwnerAsync(cluster, (owner, _) => Signals.Send(owner.Pid, Signals.Stop));

        Signals.Send(paused.Pid, Signals.Continue);
        // Downed meanwhile it ends for its supervisor; else it has registered anew. The other one keeps what it took over.
        string other = paused.Name == "r1" ? "r2" : "r1";
        string? id = await cluster.SubmitAsync(other, Queue, 10);
        await cluster.StateAsync(other, id!, "succeeded");
        Assert.Equal(other, await cluster.OwnerAsync(other, Queue));
        await Eventually.IsTrue(
            async () => paused.HasExited ? paused.ExitCode == 75 : await SaysAsync(cluster, paused.Name, other), "the paused router is of the past or knows better");
    }

    /// <summary>
    /// Long jobs of a queue run and short ones come in at the other router when something happens to the owner.
    /// </summary>
    private async Task<ChildNode> LoseOwnerAsync(RouterCluster cluster, Action<ChildNode, RouterCluster> happens)
    {
        // Queues are whoever's was asked first.
        string[] running = [.. (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => cluster.SubmitAsync("r1", Queue, 8_000)))).Select(id => id!)];
        string owner = await cluster.OwnerAsync("r2", Queue);
        string other = owner == "r1" ? "r2" : "r1";
        foreach (string id in running)
            await cluster.StateAsync(other, id, "running");

        List<string> accepted = [.. running];
        using CancellationTokenSource enough = new();
        Task load = LoadAsync(cluster, other, accepted, enough.Token);
        await Eventually.IsTrue(() => Count(accepted) > 20, "the load has begun");

        long began = TimeProvider.System.GetTimestamp();
        DateTimeOffset at = TimeProvider.System.GetUtcNow();
        ChildNode lost = cluster.Node(owner);
        happens(lost, cluster);
        int before = Count(accepted);
        await Eventually.IsTrue(async () => await cluster.OwnerAsync(other, Queue) == other, "the other router owns the queue");
        TimeSpan owned = TimeProvider.System.GetElapsedTime(began);
        await Eventually.IsTrue(() => Count(accepted) > before + 20 || load.IsCompleted, "jobs are accepted again");
        await enough.CancelAsync();
        await load;

        DateTimeOffset? first = null;
        string[] all;
        lock (accepted)
            all = [.. accepted];
        foreach (string id in all)
        {
            await cluster.StateAsync(other, id, "succeeded");
            JsonElement[] attempts = [.. (await cluster.GetAsync(other, $"/v1/jobs/{id}")).GetProperty("attempts").EnumerateArray()];
            Assert.True(attempts.Length == 1, $"{id} ran {attempts.Length} times: {string.Join(", ", attempts)}");
            DateTimeOffset started = DateTimeOffset.Parse(RouterCluster.Text(attempts[0], "started_at"), CultureInfo.InvariantCulture);
            if (started > at && (first is null || started < first))
                first = started;
        }
        string told = $"{all.Length} jobs, all with one run; owned again after {owned.TotalMilliseconds:0} ms, next start {(first - at)?.TotalMilliseconds:0} ms after it happened";
        output.WriteLine(told);
        Console.WriteLine(told);
        return lost;
    }

    private static async Task LoadAsync(RouterCluster cluster, string router, List<string> accepted, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            if (await cluster.SubmitAsync(router, Queue, 5) is not { } id)
                continue;
            lock (accepted)
                accepted.Add(id);
        }
    }

    /// <summary>False, too, while the node ends and answers nothing any more.</summary>
    private static async Task<bool> SaysAsync(RouterCluster cluster, string router, string owner)
    {
        try
        {
            (int status, JsonElement queue) = await cluster.SendAsync(router, HttpMethod.Get, $"/v1/queues/{Queue}");
            return status == 200 && RouterCluster.Text(queue, "owner") == owner;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int Count(List<string> accepted)
    {
        lock (accepted)
            return accepted.Count;
    }
}
