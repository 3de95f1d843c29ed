using System.Text;
using ActorBalancer.SystemTests.Failure;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Kinds;

public sealed class AllowListTests(ITestOutputHelper output) : FailureTest(output)
{
    [Fact]
    public async Task A_worker_offers_exec_only_with_a_list_and_runs_only_what_is_on_it()
    {
        await Cluster.AddWorkerAsync("plain", slots: 1);
        JobRefusedException refused = await Assert.ThrowsAsync<JobRefusedException>(() => Cluster.Client.SubmitAsync(ExecCluster.Exec("""{"argv":["true"]}""")));
        Assert.Equal(RefusalCode.UnknownKind, refused.Code);

        await Cluster.AddWorkerAsync("listed", slots: 1, port: 0, faulty: false, new("ACTORBALANCER__WORKER__EXEC__ALLOW__0", "true"),
            new("ACTORBALANCER__WORKER__EXEC__ENV__0", "LANG"));
        Assert.Equal((JobState.Succeeded, null), await RunAsync("""{"argv":["true"]}"""));
        Assert.Equal((JobState.Dead, "'sh' is not allowed on this worker; worker.exec.allow there lists what is"), await RunAsync("""{"argv":["sh","-c","true"]}"""));
        (JobState state, string? error) = await RunAsync("""{"argv":["true"],"env":{"LANG":"C","BASH_ENV":"x"}}""");
        Assert.Equal(JobState.Discarded, state);
        Assert.Contains("env holds BASH_ENV", error, StringComparison.Ordinal);
        Assert.Equal((JobState.Succeeded, null), await RunAsync("""{"argv":["true"],"env":{"LANG":null}}"""));
    }

    [Fact]
    public async Task A_worker_offers_http_only_with_a_list()
    {
        await Cluster.AddWorkerAsync("plain", slots: 1);
        await using ScriptedServer server = new("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        JobRequest call = new() { Kind = "http", Payload = Encoding.UTF8.GetBytes($$"""{"url":"http://127.0.0.1:{{server.Port}}/"}""") };
        Assert.Equal(RefusalCode.UnknownKind, (await Assert.ThrowsAsync<JobRefusedException>(() => Cluster.Client.SubmitAsync(call))).Code);

        await Cluster.AddWorkerAsync(
            "listed", slots: 1, port: 0, faulty: false, new KeyValuePair<string, string>("ACTORBALANCER__WORKER__HTTP__ALLOW__0", $"127.0.0.1:{server.Port}"));
        JobId id = await Cluster.Client.SubmitAsync(call);
        Assert.Equal("ok", Encoding.UTF8.GetString((await Cluster.Client.WaitAsync(id).WaitAsync(Eventually.Deadline)).Result.Span));
        Assert.Contains($"Idempotency-Key: {id}\r\n", Assert.Single(server.Requests), StringComparison.Ordinal);
    }

    private async Task<(JobState State, string? Error)> RunAsync(string payload)
    {
        JobId id = await Cluster.Client.SubmitAsync(ExecCluster.Exec(payload));
        JobResult result = await Cluster.Client.WaitAsync(id).WaitAsync(Eventually.Deadline);
        return (result.State, result.Error);
    }
}
